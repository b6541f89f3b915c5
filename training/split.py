"""Train, validation and test: frozen by author, and proven free of near-duplicates."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.dataset import DatasetError, Example
from training.duplicates import near_duplicates

SPLITS_FILE: Final = "splits.toml"


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


def draw_share(n: int, share: float, seed: int) -> NDArray[np.int64]:
    """Rows of a random share of ``n``, in order; a smaller share lies within a larger one."""
    order = np.random.default_rng(seed).permutation(n)
    return np.sort(order[: round(share * n)])


def find_leaks(splits: Splits) -> list[str]:
    """One line for each near-duplicate that stands in two splits."""
    parts = (splits.train, splits.validation, splits.test)
    home = {example.id: number for number, part in enumerate(parts) for example in part}
    return [
        f"{example.id} is nearly {other.id}, which is in another split"
        for example, other in near_duplicates(chain.from_iterable(parts))
        if home[example.id] != home[other.id]
    ]


def _shared_groups(splits: Splits) -> list[str]:
    home: dict[str, str] = {}
    complaints = []
    for name in ("train", "validation", "test"):
        for group in {e.group for e in getattr(splits, name) if e.group is not None}:
            if group in home:
                complaints.append(f"group {group} is in {home[group]} and in {name}")
            home[group] = name
    return complaints
