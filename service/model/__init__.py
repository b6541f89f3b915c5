"""The classifier at run time: a bundle of inert files, its tokenizer, network and lanes."""
