"""Texts that nobody labelled, for a teacher to label: the training messages, altered.

A pupil learns from a teacher's doubts, and of what it was trained on a teacher has few left. So
messages lose sentences, take in sentences of another message, or get another's first lines.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from tqdm import tqdm

from service.model.evidence import split_sentences

_LOSES, _TAKES_IN = (
    0.4,
    0.8,
)  # below the first a copy loses sentences, below the second takes some in
_LOST: Final = 0.35  # chance of each sentence to go
_MOST_TAKEN: Final = 3  # sentences that come in from another text


def make_transfer_texts(texts: Sequence[str], n_copies: int, seed: int) -> list[str]:
    """``n_copies`` altered copies of each text, in order; none is empty."""
    dice = np.random.default_rng(seed)
    sentences = [_sentences(text) for text in texts]
    copies = []
    for own in tqdm(sentences, desc="altering messages", unit="message"):
        for _ in range(n_copies):
            other = sentences[int(dice.integers(len(sentences)))]
            copies.append("\n".join(_alter(own, other, dice)))
    return copies


def _alter(own: list[str], other: list[str], dice: np.random.Generator) -> list[str]:
    way = dice.random()
    if way < _LOSES and len(own) > 1:
        return _lose_some(own, dice)
    if way < _TAKES_IN:
        return _take_in(own, other, dice)
    n_first = int(dice.integers(1, 3))
    return [*other[:n_first], *own[n_first:]]


def _lose_some(own: list[str], dice: np.random.Generator) -> list[str]:
    kept = [sentence for sentence in own if dice.random() >= _LOST]
    if len(kept) == len(own):
        del kept[int(dice.integers(len(kept)))]
    return kept or [own[int(dice.integers(len(own)))]]


def _take_in(own: list[str], other: list[str], dice: np.random.Generator) -> list[str]:
    first = int(dice.integers(len(other)))
    taken = other[first : first + int(dice.integers(1, _MOST_TAKEN + 1))]
    place = int(dice.integers(len(own) + 1))
    return [*own[:place], *taken, *own[place:]]


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]
