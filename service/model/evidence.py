"""The sentence that says why: what the tokens of each one add to an answer. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# After a stop, a question or exclamation mark that ends a word, and at every line end.
_BREAK: Final = re.compile(r"(?<=[.!?])\s+|\n\s*")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of the text the model read.

    ``start`` and ``end`` count its characters; ``weight`` is the sentence's share, between 0 and
    1: of how loudly the text asks for it, or, for ``none``, of what speaks for it.
    """

    text: str
    start: int
    end: int
    weight: float


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in order, without the blanks between; never an empty one."""
    breaks = [(found.start(), found.end()) for found in _BREAK.finditer(text)]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), len(text)]
    return [
        (start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()
    ]


def sum_by_sentence(
    spans: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], tokens: Floats
) -> Floats:
    """What the tokens of each sentence say: float32[n_sentences, n_outputs].

    Shapes:
        offsets: start and end of each token in the text; special tokens have none, (0, 0).
        tokens: float32[length, n_outputs].
    """
    sums = np.zeros((len(spans), tokens.shape[1]), dtype=np.float32)
    bounds = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    is_written = bounds[:, 0] < bounds[:, 1]
    ends = np.array([end for _, end in spans[:-1]], dtype=np.int64)  # the last takes what is left
    sentences = np.searchsorted(ends, bounds[is_written, 0], side="right")
    np.add.at(sums, sentences, tokens[is_written])
    return sums


def strongest(text: str, spans: Sequence[tuple[int, int]], weights: Floats) -> Evidence | None:
    """The sentence with the most weight; None when none speaks for the answer."""
    positive = np.maximum(weights, 0.0)
    total = float(positive.sum())
    if total <= 0.0:
        return None
    best = int(positive.argmax())
    start, end = spans[best]
    return Evidence(text[start:end], start, end, round(float(positive[best]) / total, 4))
