"""Words that a pretrained tokenizer breaks up, given the places of tokens that nobody needs.

A tokenizer made for English reads "wir" as "wi" and "r". What such pieces mean together has to be
learned anew, and each costs as much as a word. Its table has places that its makers left empty, and
letters of scripts in which the messages are not written: words take those, and the table keeps its
size.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import torch
from tokenizers import Tokenizer
from torch import Tensor

_EMPTY: Final = "[unused"
# Cyrillic to the scripts of India and beyond, and from the signs of East Asia on.
_OTHER_SCRIPTS: Final = (range(0x0400, 0x1D00), range(0x3000, 0x110000))

Pieces = Mapping[int, Sequence[int]]


def learn_words(definition: str, texts: Iterable[str], min_count: int) -> tuple[str, Pieces]:
    """The tokenizer's ``definition`` with words of ``texts`` read whole, and what they were.

    Candidates stand in at least ``min_count`` texts; those that shorten them most come first, for
    as many as there is room. The second answer gives, by the token id of each word, the ids of
    the pieces that it was read as before.
    """
    tokenizer = Tokenizer.from_str(definition)
    counts: Counter[str] = Counter()
    for text in texts:
        normal = tokenizer.normalizer.normalize_str(text)
        counts.update({word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)})
    read = {
        word: tokenizer.encode(word, add_special_tokens=False).ids
        for word, count in counts.items()
        if count >= min_count and word.isalpha()
    }
    broken = sorted(
        (word for word, pieces in read.items() if len(pieces) > 1),
        key=lambda word: (-counts[word] * (len(read[word]) - 1), word),
    )
    content = json.loads(definition)
    vocabulary = content["model"]["vocab"]
    free = sorted((at, token) for token, at in vocabulary.items() if _is_free(token))
    taken = dict(zip(broken, free, strict=False))
    for word, (at, token) in taken.items():
        del vocabulary[token]
        vocabulary[word] = at
    reading = Tokenizer.from_str(json.dumps(content)).to_str(pretty=False)
    return reading, {at: read[word] for word, (at, _) in taken.items()}


def place_words(table: Tensor, pieces: Pieces) -> None:
    """Start each new word in ``table``, [n_vocabulary, dimension], as the mean of its pieces."""
    with torch.no_grad():
        before = table.clone()
        for at, ids in pieces.items():
            table[at] = before[list(ids)].mean(dim=0)


def _is_free(token: str) -> bool:
    return token.startswith(_EMPTY) or any(
        ord(letter) in script for letter in token for script in _OTHER_SCRIPTS
    )
