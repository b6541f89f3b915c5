"""Train, validation and test: frozen by author, and proven free of near-duplicates."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from datasketch import MinHash, MinHashLSH

from training.dataset import DatasetError, Example

SPLITS_FILE: Final = "splits.toml"
MAX_SIMILARITY: Final = 0.6  # Jaccard over word pairs, estimated by MinHash
_N_PERMUTATIONS: Final = 128
_MIN_WORDS: Final = 6  # below, near-identity is ordinary ("Where is it?") and proves nothing


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of the data; no author, group or near-duplicate is in two of them."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]


def split_examples(examples: Sequence[Example], folder: Path) -> Splits:
    """The frozen splits of ``folder/splits.toml``: an author belongs to one of them, for ever.

    Raises:
        DatasetError: a group or a near-duplicate on two sides, a frozen test id that is missing
            or new, an author named twice or unknown.
    """
    frozen = tomllib.loads((folder / SPLITS_FILE).read_text(encoding="utf-8"))
    validation, test = set(frozen["validation_authors"]), set(frozen["test_authors"])
    authors = {example.author for example in examples}
    if wrong := sorted((validation & test) | ((validation | test) - authors)):
        raise DatasetError([f"{SPLITS_FILE}: authors unknown or named twice: {', '.join(wrong)}"])
    splits = Splits(
        train=tuple(e for e in examples if e.author not in validation | test),
        validation=tuple(e for e in examples if e.author in validation),
        test=tuple(e for e in examples if e.author in test),
    )
    if complaints := _shared_groups(splits) + find_leaks(splits):
        raise DatasetError(complaints)
    return splits


def find_leaks(splits: Splits) -> list[str]:
    """One line for each near-duplicate that stands in two splits."""
    index = MinHashLSH(threshold=MAX_SIMILARITY, num_perm=_N_PERMUTATIONS)
    sketches: dict[str, MinHash] = {}
    complaints = []
    for part in (splits.train, splits.validation, splits.test):
        found = {e.id: sketch for e in part if (sketch := _sketch(e.text)) is not None}
        for identifier, sketch in found.items():
            complaints += [
                f"{identifier} is nearly {other}, which is in another split"
                for other in sorted(index.query(sketch))
                if sketch.jaccard(sketches[other]) >= MAX_SIMILARITY
            ]
        for identifier, sketch in found.items():
            index.insert(identifier, sketch)
        sketches |= found
    return complaints


def _sketch(text: str) -> MinHash | None:
    words = re.findall(r"\w+", text.lower())
    if len(words) < _MIN_WORDS:
        return None
    sketch = MinHash(num_perm=_N_PERMUTATIONS)
    sketch.update_batch([f"{a} {b}".encode() for a, b in pairwise(words)])
    return sketch


def _shared_groups(splits: Splits) -> list[str]:
    home: dict[str, str] = {}
    complaints = []
    for name in ("train", "validation", "test"):
        for group in {e.group for e in getattr(splits, name) if e.group is not None}:
            if group in home:
                complaints.append(f"group {group} is in {home[group]} and in {name}")
            home[group] = name
    return complaints
