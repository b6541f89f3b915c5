"""Whether the corpus is good enough to train on: complaints, quotas, and words that tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.dataset import DatasetError, Example
from training.duplicates import find_duplicates
from training.giveaways import Giveaway, find_giveaways, giveaway_share, keyword_accuracy
from training.inventory import table
from training.quotas import Finding, Quotas, check_quotas
from training.split import split_examples

_MAX_ROWS = 40  # of giveaways shown; the most frequent ones tell the story


@dataclass(frozen=True, slots=True)
class Quality:
    """What a check of the corpus found.

    ``complaints`` are about single messages, ``findings`` about the whole.
    """

    complaints: tuple[str, ...]
    findings: tuple[Finding, ...]
    giveaways: tuple[Giveaway, ...]

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain about and everything asked for."""
        return not self.complaints and all(finding.holds for finding in self.findings)


def check_corpus(examples: Sequence[Example], folder: Path, quotas: Quotas) -> Quality:
    """Splits, duplicates, quotas, the rule of keywords and the words that give a label away."""
    giveaways = find_giveaways(examples, quotas.giveaways)
    share = giveaway_share(examples, giveaways)
    accuracy = keyword_accuracy(examples, quotas.keywords)
    return Quality(
        complaints=(*_split_complaints(examples, folder), *find_duplicates(examples)),
        findings=(
            *check_quotas(examples, quotas),
            Finding("found by keywords", accuracy, quotas.keywords.max_accuracy, is_limit=True),
            Finding("holding a giveaway", share, quotas.giveaways.max_share, is_limit=True),
        ),
        giveaways=tuple(giveaways),
    )


def describe(quality: Quality) -> str:
    """The findings and the giveaways as tables, and how many of the findings hold."""
    n_failed = sum(not finding.holds for finding in quality.findings)
    rows = [
        (f"`{g.words}`", f"`{g.label}`", g.n_messages, f"{g.precision:.2f}")
        for g in quality.giveaways[:_MAX_ROWS]
    ]
    return "\n\n".join(
        (
            table(("what", "found", "needed", "result"), [f.row() for f in quality.findings]),
            table(("gives away", "label", "messages", "precision"), rows),
            f"{len(quality.complaints)} complaints, {n_failed} of {len(quality.findings)} failed",
        )
    )


def _split_complaints(examples: Sequence[Example], folder: Path) -> list[str]:
    try:
        split_examples(examples, folder)
    except DatasetError as error:
        return error.complaints
    return []
