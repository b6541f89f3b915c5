"""Labelled messages: reading them, and refusing what does not belong."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.mail.parse import compose_message
from service.text import build_text

SERVICE_LABELS: Final = ("selling_opportunity", "order_status", "billing", "technical_issue")
LABELS: Final = (*SERVICE_LABELS, "none")

Label = Literal["selling_opportunity", "order_status", "billing", "technical_issue", "none"]
RequestLabel = Literal["selling_opportunity", "order_status", "billing", "technical_issue"]
Slice = Literal[
    "plain", "mail", "thread", "messy", "hidden", "border", "scope", "terse", "foreign"
]  # fmt: skip


class DatasetError(Exception):
    """Messages that must not be trained on, each complaint on its own line."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class Example(BaseModel):
    """One labelled message; a line of ``datasets/messages/<author>.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+-\d{4,7}$")]
    subject: str
    body: str
    primary: Label
    also: tuple[RequestLabel, ...]
    slice: Slice
    industry: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    sender: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    lang: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    group: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Example":
        if self.primary in self.also or len(set(self.also)) != len(self.also):
            raise ValueError("also repeats a label")
        if self.slice == "scope" and self.primary != "none":
            raise ValueError("slice scope is for primary none")
        if self.slice == "hidden" and not self.also:
            raise ValueError("slice hidden needs a label in also")
        if not (self.subject.strip() or self.body.strip()):
            raise ValueError("nothing to read")
        return self

    @property
    def author(self) -> str:
        """Who wrote it: the part of the id before the number."""
        return self.id.partition("-")[0]

    @property
    def text(self) -> str:
        """The text the model reads, built by the service's own function."""
        return build_text(compose_message(subject=self.subject, text=self.body))

    @property
    def has_buying_signal(self) -> bool:
        """Whether a service team's message also holds something for sales."""
        return self.primary != "none" and "selling_opportunity" in self.also

    @property
    def requests(self) -> frozenset[str]:
        """Every label asked for, primary or not."""
        return frozenset({self.primary, *self.also} - {"none"})


def read_examples(folder: Path) -> list[Example]:
    """All messages under ``folder/messages``, by file and line.

    Raises:
        DatasetError: a line that is not an example, an id that repeats or names another author
            than its file, a group with a single label.
    """
    complaints: list[str] = []
    examples: list[Example] = []
    paths = sorted((folder / "messages").glob("*.jsonl"))
    if not paths:
        raise DatasetError([f"{folder / 'messages'}: no *.jsonl file"])
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            place = f"{path.name}:{number}"
            try:
                example = Example.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                key = ".".join(map(str, first["loc"]))
                complaints.append(f"{place}: {key}: {first['msg']}")
                continue
            if example.author != path.stem:
                complaints.append(f"{place}: id {example.id} is not of author {path.stem}")
            examples.append(example)
    complaints += _repeated_ids(examples) + _lonely_groups(examples)
    if complaints:
        raise DatasetError(complaints)
    return examples


def border_groups(examples: Iterable[Example]) -> frozenset[str]:
    """The groups of near-twins that stand on both sides of a border rule."""
    return frozenset(e.group for e in examples if e.slice == "border" and e.group is not None)


def data_digest(folder: Path) -> str:
    """Sha256 over name and content of every data file, in order of name."""
    digest = hashlib.sha256()
    for path in sorted([*(folder / "messages").glob("*.jsonl"), folder / "splits.toml"]):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()


def _repeated_ids(examples: Iterable[Example]) -> list[str]:
    counts = Counter(example.id for example in examples)
    return [f"id {identifier} occurs {n} times" for identifier, n in counts.items() if n > 1]


def _lonely_groups(examples: Iterable[Example]) -> list[str]:
    labels: dict[str, set[str]] = {}
    for example in examples:
        if example.group is not None and example.slice == "border":
            labels.setdefault(example.group, set()).add(example.primary)
    return [
        f"group {group} has one label only" for group, found in labels.items() if len(found) == 1
    ]


def gold_labels(examples: Sequence[Example]) -> NDArray[np.int64]:
    """The primaries as places in ``LABELS``, int64[n]."""
    return np.array([LABELS.index(example.primary) for example in examples], dtype=np.int64)
