"""The same message twice, word for word or nearly: MinHash over word pairs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from datasketch import MinHash, MinHashLSH

from training.dataset import Example

MAX_SIMILARITY: Final = 0.6  # Jaccard over word pairs, estimated by MinHash
_N_PERMUTATIONS: Final = 128
_MIN_WORDS: Final = 6  # below, near-identity is ordinary ("Where is it?") and proves nothing


def find_duplicates(examples: Sequence[Example]) -> list[str]:
    """One line for each message that repeats another one.

    The near-twins of one border group differ in little on purpose; not even they may be equal.
    """
    same = [f"{a.id} says the same as {b.id}" for a, b in exact_duplicates(examples)]
    near = [
        f"{a.id} is nearly {b.id}"
        for a, b in near_duplicates(examples)
        if (a.group is None or a.group != b.group) and _words(a.text) != _words(b.text)
    ]
    return same + near


def exact_duplicates(examples: Iterable[Example]) -> Iterator[tuple[Example, Example]]:
    """Messages with the first earlier one of the same words, whatever their case and marks."""
    first: dict[tuple[str, ...], Example] = {}
    for example in examples:
        earlier = first.setdefault(_words(example.text), example)
        if earlier is not example:
            yield example, earlier


def near_duplicates(examples: Iterable[Example]) -> Iterator[tuple[Example, Example]]:
    """Messages of six words or more with each earlier one that is too similar."""
    index = MinHashLSH(threshold=MAX_SIMILARITY, num_perm=_N_PERMUTATIONS)
    seen: dict[str, tuple[Example, MinHash]] = {}
    for example in examples:
        sketch = _sketch(example.text)
        if sketch is None:
            continue
        for other, other_sketch in (seen[found] for found in sorted(index.query(sketch))):
            if sketch.jaccard(other_sketch) >= MAX_SIMILARITY:
                yield example, other
        index.insert(example.id, sketch)
        seen[example.id] = (example, sketch)


def _sketch(text: str) -> MinHash | None:
    words = _words(text)
    if len(words) < _MIN_WORDS:
        return None
    sketch = MinHash(num_perm=_N_PERMUTATIONS)
    sketch.update_batch([f"{a} {b}".encode() for a, b in pairwise(words)])
    return sketch


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower())) or (text,)
