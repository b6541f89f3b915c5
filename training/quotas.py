"""What the corpus must hold, read from TOML, and whether it does."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from training.config import Share
from training.dataset import SERVICE_LABELS, Example, Label, Slice, border_groups


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(_Section):
    """At least so many of each; ``foreign`` are messages in one of ``languages``."""

    messages: PositiveInt
    service_label: PositiveInt
    none: PositiveInt
    industries: PositiveInt
    senders: PositiveInt
    also: PositiveInt
    buying_signals: PositiveInt
    border_groups: PositiveInt
    foreign: PositiveInt
    languages: frozenset[str]


class Slices(_Section):
    """Shares of the slices of English: ``scope`` of all, ``service`` within each service label."""

    tolerance: Share
    scope: Share
    service: dict[Slice, Share]

    def needed(self) -> Mapping[Slice, float]:
        """The least share of each slice within a service label.

        A service label has no ``scope``, so its shares are those of the table without that row,
        divided by their sum; ``tolerance`` times that is asked for. ``foreign`` is no row of it.
        """
        total = sum(self.service.values())
        return {name: self.tolerance * share / total for name, share in self.service.items()}


class Keywords(_Section):
    """A rule of a few obvious words for each label, and how often it may be right."""

    max_accuracy: Share
    words: dict[Label, frozenset[str]]


class Giveaways(_Section):
    """When a word gives its label away, and the share of messages that may hold one."""

    min_messages: PositiveInt
    min_precision: Annotated[float, Field(gt=0.5, le=1)]
    max_share: Share


class Quotas(_Section):
    """Everything asked of the corpus."""

    counts: Counts
    slices: Slices
    keywords: Keywords
    giveaways: Giveaways


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing asked of the corpus: what was found, and the least (or most) that will do."""

    name: str
    found: float
    needed: float
    is_limit: bool = False

    @property
    def holds(self) -> bool:
        """Whether enough, or not too much, was found."""
        return self.found <= self.needed if self.is_limit else self.found >= self.needed

    def row(self) -> tuple[str, str, str, str]:
        """The cells of a table: name, found, needed, PASS or FAIL."""
        sign = "at most" if self.is_limit else "at least"
        needed = f"{sign} {_number(self.needed)}"
        return (self.name, _number(self.found), needed, "PASS" if self.holds else "FAIL")


def load_quotas(path: Path) -> Quotas:
    """The quotas in a TOML file; pydantic names what is wrong with it."""
    return Quotas.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def check_quotas(examples: Sequence[Example], quotas: Quotas) -> list[Finding]:
    """A finding for each count and each share of a slice within a label."""
    return [
        *_label_findings(examples, quotas.counts),
        *_variety_findings(examples, quotas.counts),
        *_slice_findings(examples, quotas.slices),
    ]


def _label_findings(examples: Sequence[Example], counts: Counts) -> Iterator[Finding]:
    labels = Counter(e.primary for e in examples)
    yield Finding("messages", len(examples), counts.messages)
    for label in SERVICE_LABELS:
        yield Finding(f"messages of {label}", labels[label], counts.service_label)
    yield Finding("messages of none", labels["none"], counts.none)


def _variety_findings(examples: Sequence[Example], counts: Counts) -> Iterator[Finding]:
    foreign = [e.lang for e in examples if e.slice == "foreign" and e.lang in counts.languages]
    signals = sum(e.has_buying_signal for e in examples)
    yield Finding("industries", len({e.industry for e in examples}), counts.industries)
    yield Finding("kinds of sender", len({e.sender for e in examples}), counts.senders)
    yield Finding("with a further request", sum(bool(e.also) for e in examples), counts.also)
    yield Finding("buying signals inside service messages", signals, counts.buying_signals)
    yield Finding("border groups", len(border_groups(examples)), counts.border_groups)
    yield Finding("foreign messages", len(foreign), counts.foreign)
    yield Finding("foreign languages", len(set(foreign)), len(counts.languages))


def _slice_findings(examples: Sequence[Example], slices: Slices) -> Iterator[Finding]:
    english = [e for e in examples if e.slice != "foreign"]
    for label in SERVICE_LABELS:
        own = [e for e in english if e.primary == label]
        for name, needed in slices.needed().items():
            yield Finding(f"share of {name} in {label}", _share(own, name), needed)
    needed = slices.tolerance * slices.scope
    yield Finding("share of scope in all messages", _share(english, "scope"), needed)


def _share(examples: Iterable[Example], name: Slice) -> float:
    found = [e.slice == name for e in examples]
    return sum(found) / max(1, len(found))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"
