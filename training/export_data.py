"""The corpus as Parquet, alone or as a data set folder in the style of Hugging Face."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from training.dataset import LABELS, Example
from training.inventory import inventory
from training.split import Splits

SCHEMA: Final = pa.schema(
    [
        pa.field(name, pa.list_(pa.string()) if name == "also" else pa.string())
        for name in Example.model_fields
    ]
)
_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))

_CARD: Final = """\
---
license: apache-2.0
pretty_name: Signalbox messages
language:
{languages}
task_categories:
- text-classification
task_ids:
- multi-class-classification
size_categories:
- {size}
configs:
- config_name: default
  data_files:
{files}
dataset_info:
  features:
{features}
  splits:
{splits}
---

# Messages to a company's general address

Each message has the label of the team that should answer it (`primary`: {labels}),
and of every further request made in it (`also`). All were written by hand; names, numbers and
companies are invented. An author, with all that he or she wrote, is in one split; no near-duplicate
is in two.

{tables}
"""


def export_parquet(splits: Splits, folder: Path) -> list[Path]:
    """One file for each split; the paths written."""
    return [_write(part, folder / f"{name}.parquet") for name, part in _parts(splits)]


def export_huggingface(splits: Splits, folder: Path, source: Path) -> list[Path]:
    """The files of each split under ``data`` and the card; the paths written."""
    paths = [_write(part, folder / _shard(name)) for name, part in _parts(splits)]
    card = folder / "README.md"
    card.write_text(card_text(splits, source), encoding="utf-8")
    return [*paths, card]


def card_text(splits: Splits, source: Path) -> str:
    """The card: facts for programs first, then what the corpus holds."""
    parts = _parts(splits)
    examples = [e for _, part in parts for e in part]
    languages = Counter(e.lang for e in examples)
    return _CARD.format(
        languages="\n".join(f"- {lang}" for lang, _ in languages.most_common()),
        size=next((name for most, name in _SIZES if len(examples) < most), "n>100K"),
        files="\n".join(f"  - split: {name}\n    path: data/{name}-*" for name, _ in parts),
        features="\n".join(map(_feature, Example.model_fields)),
        splits="\n".join(
            f"  - name: {name}\n    num_examples: {len(part)}" for name, part in parts
        ),
        labels=", ".join(f"`{label}`" for label in LABELS),
        tables=inventory(splits, source),
    )


def _feature(name: str) -> str:
    kind = "sequence" if name == "also" else "dtype"
    return f"  - name: {name}\n    {kind}: string"


def _parts(splits: Splits) -> tuple[tuple[str, Sequence[Example]], ...]:
    return (("train", splits.train), ("validation", splits.validation), ("test", splits.test))


def _shard(split: str) -> str:
    return f"data/{split}-00000-of-00001.parquet"


def _write(examples: Sequence[Example], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [example.model_dump(mode="json") for example in examples]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, compression="zstd")
    return path
