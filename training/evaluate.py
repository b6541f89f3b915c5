"""What a bundle is worth, measured through the very code that serves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score
from tqdm import tqdm

from service.decision import Decision, Outcome, decide
from service.model.classifier import Classifier
from training.dataset import LABELS, SERVICE_LABELS, Example, gold_labels

N_BINS = 15  # of equal width, as in Guo et al., 2017


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one bundle on one split.

    Shapes:
        metrics: name -> value; names with a slash are per label or per slice.
        confusion: int[gold, predicted] in the order of ``LABELS``.
        bins: (mean confidence, accuracy, n) of each confidence bin that is not empty.
        coverage: (share routed, error among the routed) for falling thresholds.
    """

    metrics: Mapping[str, float]
    confusion: NDArray[np.int64]
    bins: tuple[tuple[float, float, int], ...]
    coverage: tuple[tuple[float, float], ...]
    mistakes: tuple[tuple[str, str, str, float], ...]


def decide_all(classifier: Classifier, examples: Sequence[Example]) -> list[Decision]:
    """The decision on each example, made as the service makes it."""
    thresholds = classifier.manifest.thresholds
    return [
        decide(classifier.classify(example.text), thresholds)
        for example in tqdm(examples, desc="deciding", unit="message")
    ]


def report(
    decisions: Sequence[Decision], examples: Sequence[Example], n_resamples: int, seed: int
) -> Report:
    """Compare decisions with gold labels."""
    gold, predicted = gold_labels(examples), predicted_labels(decisions)
    confidence = np.array([d.confidence or 0.0 for d in decisions])
    correct = gold == predicted
    routed = np.array([d.outcome is Outcome.ROUTE for d in decisions])
    bins = _bins(confidence, correct)
    low, high = _interval(gold, predicted, macro_f1, n_resamples, seed)
    metrics = {
        "accuracy": float(correct.mean()),
        "macro_f1": macro_f1(gold, predicted),
        "macro_f1_low": low,
        "macro_f1_high": high,
        "ece": sum(n * abs(sure - right) for sure, right, n in bins) / len(gold),
        "coverage": float(routed.mean()),
        "routed_error": float(1 - correct[routed].mean()) if routed.any() else 0.0,
        "none_auroc": _none_auroc(decisions, gold),
        **_per_label(gold, predicted),
        **_per_group("slice_accuracy", [e.slice for e in examples], correct),
        **_per_group(
            "foreign_accuracy",
            [e.lang for e in examples if e.slice == "foreign"],
            correct[np.array([e.slice == "foreign" for e in examples])],
        ),
        **_also(decisions, examples),
    }
    return Report(
        metrics={name: round(value, 4) for name, value in metrics.items()},
        confusion=confusion_matrix(gold, predicted, labels=range(len(LABELS))),
        bins=bins,
        coverage=_coverage(confidence, correct),
        mistakes=tuple(
            (e.id, e.primary, d.label or "none", round(d.confidence or 0.0, 4))
            for e, d, right in zip(examples, decisions, correct, strict=True)
            if not right
        ),
    )


def predicted_labels(decisions: Sequence[Decision]) -> NDArray[np.int64]:
    """What was decided as places in ``LABELS``, int64[n]; nothing decided is ``none``."""
    return np.array([LABELS.index(d.label or "none") for d in decisions], dtype=np.int64)


def macro_f1(gold: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Mean F1 over the labels that occur in ``gold``."""
    counts = np.bincount(gold * len(LABELS) + predicted, minlength=len(LABELS) ** 2)
    table = counts.reshape(len(LABELS), len(LABELS))
    occurs = table.sum(axis=1) > 0
    f1 = 2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)
    return float(f1[occurs].mean())


def _interval(
    gold: NDArray[np.int64],
    predicted: NDArray[np.int64],
    figure: Callable[[NDArray[np.int64], NDArray[np.int64]], float],
    n_resamples: int,
    seed: int,
) -> tuple[float, float]:
    """The 95 % bootstrap percentile interval of a figure."""
    generator = np.random.default_rng(seed)
    draws = generator.integers(0, len(gold), size=(n_resamples, len(gold)))
    figures = [figure(gold[draw], predicted[draw]) for draw in draws]
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)


def _bins(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[tuple[float, float, int], ...]:
    index = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return tuple(
        (float(confidence[index == b].mean()), float(correct[index == b].mean()), int(n))
        for b in range(N_BINS)
        if (n := (index == b).sum())
    )


def _coverage(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[tuple[float, float], ...]:
    order = np.argsort(-confidence, kind="stable")
    n_routed = np.arange(1, len(order) + 1)
    errors = np.cumsum(~correct[order]) / n_routed
    return tuple(zip((n_routed / len(order)).tolist(), errors.tolist(), strict=True))


def _none_auroc(decisions: Sequence[Decision], gold: NDArray[np.int64]) -> float:
    """How well the probability of ``none`` ranks mail for nobody above the rest."""
    is_none = gold == LABELS.index("none")
    scores = [d.probabilities.get("none", 0.0) for d in decisions]
    return float(roc_auc_score(is_none, scores)) if 0 < is_none.sum() < len(gold) else 1.0


def _per_label(gold: NDArray[np.int64], predicted: NDArray[np.int64]) -> dict[str, float]:
    columns = precision_recall_fscore_support(
        gold, predicted, labels=range(len(LABELS)), zero_division=0.0
    )
    return {
        f"{name}/{label}": float(values[row])
        for name, values in zip(("precision", "recall", "f1"), columns, strict=False)
        for row, label in enumerate(LABELS)
    }


def _per_group(figure: str, groups: Sequence[str], correct: NDArray[np.bool_]) -> dict[str, float]:
    names = np.array(groups)
    return {
        f"{figure}/{name}": float(correct[names == name].mean()) for name in sorted(set(groups))
    }


def _also(decisions: Sequence[Decision], examples: Sequence[Example]) -> dict[str, float]:
    """Further requests: micro-F1, and what sales gets of it."""
    named = [{request.label for request in d.also} for d in decisions]
    asked = [set(e.also) for e in examples]
    hit = sum(len(a & b) for a, b in zip(named, asked, strict=True))
    total = sum(map(len, named)) + sum(map(len, asked))
    service = [
        ("selling_opportunity" in a, "selling_opportunity" in b)
        for a, b, e in zip(named, asked, examples, strict=True)
        if e.primary in SERVICE_LABELS and e.primary != "selling_opportunity"
    ]
    signals = [found for found, real in service if real]
    others = [found for found, real in service if not real]
    repeats = [
        "selling_opportunity" in a
        for a, e in zip(named, examples, strict=True)
        if e.primary == "order_status" and not e.has_buying_signal
    ]
    return {
        "also_micro_f1": 2 * hit / total if total else 1.0,
        "hidden_signal_recall": float(np.mean(signals)) if signals else 1.0,
        "false_sales_copies": float(np.mean(others)) if others else 0.0,
        "orders_copied_to_sales": float(sum(repeats)),
    }
