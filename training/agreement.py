"""How far two readers agree: the labels of the corpus and those of a second, blind reading."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict
from sklearn.metrics import cohen_kappa_score

from training.dataset import Example, Label, RequestLabel
from training.inventory import table

SECOND_LABELS: Final = "second_labels.jsonl"


class Reading(BaseModel):
    """What the second reader made of one message; a line of ``datasets/second_labels.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    primary: Label
    also: tuple[RequestLabel, ...]


def read_second_labels(folder: Path) -> dict[str, Reading]:
    """The second readings by message id."""
    lines = (folder / SECOND_LABELS).read_bytes().splitlines()
    return {reading.id: reading for reading in map(Reading.model_validate_json, lines)}


def report_agreement(examples: Sequence[Example], second: Mapping[str, Reading]) -> str:
    """Agreement and Cohen's kappa by slice, and each message on which the two differ."""
    pairs = [(e, second[e.id]) for e in examples if e.id in second]
    slices = sorted({e.slice for e, _ in pairs})
    rows = [
        ("all", *_figures(pairs)),
        *((name, *_figures([p for p in pairs if p[0].slice == name])) for name in slices),
    ]
    head = ("slice", "read twice", "same primary", "kappa", "same also")
    lines = [table(head, rows), ""]
    lines += [
        f"{e.id}: {e.primary} {sorted(e.also)}, second {r.primary} {sorted(r.also)}"
        for e, r in pairs
        if e.primary != r.primary or set(e.also) != set(r.also)
    ]
    return "\n".join(lines)


def _figures(pairs: Sequence[tuple[Example, Reading]]) -> tuple[int, int, str, int]:
    """How many; same primary; kappa, undefined where a reader has one label alone; same also."""
    first, other = [e.primary for e, _ in pairs], [r.primary for _, r in pairs]
    is_defined = min(len(set(first)), len(set(other))) > 1
    kappa = f"{cohen_kappa_score(first, other):.4f}" if is_defined else "undefined"
    n_same = sum(a == b for a, b in zip(first, other, strict=True))
    return len(pairs), n_same, kappa, sum(set(e.also) == set(r.also) for e, r in pairs)
