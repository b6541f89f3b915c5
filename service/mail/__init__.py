"""Raw mail bytes in, the text a model reads out. Nothing here does I/O or raises on content."""
