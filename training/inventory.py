"""What the corpus holds, as the tables of ``datasets/README.md``."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from training.dataset import LABELS, Example, border_groups
from training.split import Splits


def inventory(splits: Splits, folder: Path) -> str:
    """Counts by label, slice, split, language and author, and the digest of every file."""
    examples = sorted((*splits.train, *splits.validation, *splits.test), key=lambda e: e.id)
    return "\n\n".join(
        (
            _summary(examples),
            _cross("slice", lambda e: e.slice, examples),
            _splits(splits),
            _cross("language", lambda e: e.lang, examples),
            _files(examples, folder),
        )
    )


def _summary(examples: Sequence[Example]) -> str:
    rows = [
        ("messages", len(examples)),
        ("with a further request (`also`)", sum(bool(e.also) for e in examples)),
        ("buying signals inside service messages", sum(e.has_buying_signal for e in examples)),
        ("border groups", len(border_groups(examples))),
        ("industries", len({e.industry for e in examples})),
        ("kinds of sender", len({e.sender for e in examples})),
        ("authors", len({e.author for e in examples})),
    ]
    return table(("what", "how many"), rows)


def _cross(name: str, key: Callable[[Example], str], examples: Sequence[Example]) -> str:
    counts = Counter((key(e), e.primary) for e in examples)
    values = sorted({value for value, _ in counts})
    rows = [
        (value, *(counts[value, label] for label in LABELS), sum(counts[value, x] for x in LABELS))
        for value in values
    ]
    totals = [sum(counts[value, label] for value in values) for label in LABELS]
    rows.append(("all", *totals, len(examples)))
    return table((name, *(f"`{label}`" for label in LABELS), "all"), rows)


def _splits(splits: Splits) -> str:
    parts = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    rows = [
        (name, len(part), ", ".join(sorted({e.author for e in part})))
        for name, part in parts.items()
    ]
    return table(("split", "messages", "authors"), rows)


def _files(examples: Sequence[Example], folder: Path) -> str:
    rows = []
    for path in sorted((folder / "messages").glob("*.jsonl")):
        own = [e for e in examples if e.author == path.stem]
        industries = ", ".join(sorted({e.industry.replace("_", " ") for e in own}))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        rows.append((path.name, digest, len(own), industries))
    return table(("file", "sha256, first 16 digits", "messages", "industries"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
