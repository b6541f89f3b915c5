"""Pictures of the corpus: slices by label, lengths by label, languages."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from training.dataset import LABELS, Example
from training.plots import save_figures

_NAMES = [label.replace("_", "\n") for label in LABELS]


def save_inventory_plots(examples: Sequence[Example], folder: Path) -> list[Path]:
    """Heat map of label and slice, message lengths by label, languages; the files written."""
    draws = {"slices.png": _slices, "lengths.png": _lengths, "languages.png": _languages}
    return save_figures(
        {name: partial(draw, examples=examples) for name, draw in draws.items()}, folder
    )


def _slices(axes: Axes, *, examples: Sequence[Example]) -> None:
    counts = Counter((e.slice, e.primary) for e in examples)
    slices = sorted({name for name, _ in counts})
    cells = np.array([[counts[name, label] for label in LABELS] for name in slices])
    axes.imshow(cells, cmap="Blues", aspect="auto")
    for row, column in np.ndindex(*cells.shape):
        color = "w" if 2 * cells[row, column] > cells.max() else "k"
        axes.text(column, row, str(cells[row, column]), ha="center", va="center", color=color)
    axes.set_xticks(range(len(LABELS)), _NAMES)
    axes.set_yticks(range(len(slices)), slices)
    axes.set(title="Messages by slice and label")


def _lengths(axes: Axes, *, examples: Sequence[Example]) -> None:
    words = [[len(e.text.split()) for e in examples if e.primary == label] for label in LABELS]
    axes.boxplot(words, showfliers=False)
    axes.set_xticks(range(1, len(LABELS) + 1), _NAMES)
    axes.set(ylabel="words the model reads", title="Length by label (box: middle half)")


def _languages(axes: Axes, *, examples: Sequence[Example]) -> None:
    counts = Counter(e.lang for e in examples).most_common()
    bars = axes.bar([lang for lang, _ in counts], [n for _, n in counts])
    axes.bar_label(bars)
    axes.set_yscale("log")
    axes.set(ylabel="messages (logarithmic)", title="Languages")
