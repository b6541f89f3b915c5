"""Pictures of a report, for people who would rather look."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # files only, no window

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from training.dataset import LABELS
from training.evaluate import Report


def save_plots(report: Report, folder: Path) -> list[Path]:
    """Confusion matrix, reliability diagram, coverage against error; the files written."""
    draws = {
        "confusion.png": _confusion,
        "reliability.png": _reliability,
        "coverage.png": _coverage,
    }
    return save_figures(
        {name: partial(draw, report=report) for name, draw in draws.items()}, folder
    )


def save_figures(draws: Mapping[str, Callable[[Axes], None]], folder: Path) -> list[Path]:
    """One picture for each name; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in draws.items():
        figure, axes = plt.subplots(figsize=(6.4, 5.4), layout="constrained")
        draw(axes)
        figure.savefig(folder / name, dpi=110, metadata={"Software": None})
        plt.close(figure)
        paths.append(folder / name)
    return paths


def _confusion(axes: Axes, report: Report) -> None:
    shares = report.confusion / report.confusion.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for gold, row in enumerate(report.confusion):
        for predicted, n in enumerate(row):
            dark = shares[gold, predicted] > 0.5  # noqa: PLR2004 - half of the colour scale
            axes.text(predicted, gold, str(n), ha="center", va="center", color="w" if dark else "k")
    names = [label.replace("_", "\n") for label in LABELS]
    axes.set_xticks(range(len(LABELS)), names)
    axes.set_yticks(range(len(LABELS)), names)
    axes.set(xlabel="predicted label", ylabel="gold label", title="Messages by label")


def _reliability(axes: Axes, report: Report) -> None:
    confidence, accuracy, n = zip(*report.bins, strict=True)
    axes.plot([0, 1], [0, 1], color="0.6", linestyle=":")
    axes.scatter(confidence, accuracy, s=[8 + 0.6 * size for size in n])
    axes.plot(confidence, accuracy)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="confidence",
        ylabel="share that was right",
        title=f"Reliability (ECE {report.metrics['ece']:.3f})",
    )


def _coverage(axes: Axes, report: Report) -> None:
    coverage, error = zip(*report.coverage, strict=True)
    axes.plot(coverage, error)
    axes.scatter([report.metrics["coverage"]], [report.metrics["routed_error"]], color="C1")
    axes.annotate(
        "threshold of the bundle",
        (report.metrics["coverage"], report.metrics["routed_error"]),
        textcoords="offset points",
        xytext=(8, -12),
    )
    axes.set(
        xlim=(0, 1),
        xlabel="share of messages routed without a person",
        ylabel="share of those that go wrong",
        title="Coverage against error",
    )
