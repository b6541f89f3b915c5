import numpy as np
import pytest
from sklearn.metrics import f1_score

from service.decision import Decision, Outcome, Request
from training.dataset import LABELS, Example
from training.evaluate import Report, macro_f1, report


def example(number: int, primary: str, also: tuple[str, ...] = ()) -> Example:
    return Example.model_construct(
        id=f"a01-{number:04}", primary=primary, also=also, slice="hidden" if also else "plain"
    )


def decision(label: str, confidence: float, also: tuple[str, ...] = ()) -> Decision:
    return Decision(
        outcome=Outcome.ROUTE if confidence >= 0.5 else Outcome.REVIEW,
        label=label,
        confidence=confidence,
        also=tuple(Request(name, 0.9) for name in also),
    )


def compare(pairs: list[tuple[str, str, float]]) -> Report:
    return report(
        [decision(predicted, sure) for _, predicted, sure in pairs],
        [example(n, gold) for n, (gold, _, _) in enumerate(pairs)],
        n_resamples=100,
        seed=1,
    )


def test_macro_f1_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(3)
    gold, predicted = generator.integers(0, len(LABELS), size=(2, 400))
    assert macro_f1(gold, predicted) == pytest.approx(f1_score(gold, predicted, average="macro"))


def test_a_perfect_and_sure_model_has_perfect_figures() -> None:
    found = compare([(label, label, 1.0) for label in LABELS]).metrics
    assert found["accuracy"] == found["macro_f1"] == found["coverage"] == 1.0
    assert found["ece"] == found["routed_error"] == 0.0


def test_calibration_error_is_the_distance_of_confidence_from_accuracy() -> None:
    half_right = [("billing", "billing", 0.9), ("billing", "none", 0.9)] * 10
    assert compare(half_right).metrics["ece"] == pytest.approx(0.4)


def test_errors_of_reviewed_messages_do_not_count_as_misrouted() -> None:
    found = compare([("billing", "billing", 0.9), ("billing", "none", 0.1)])
    assert found.metrics["coverage"] == 0.5
    assert found.metrics["routed_error"] == 0.0
    assert found.mistakes == (("a01-0001", "billing", "none", 0.1),)


def test_the_interval_holds_the_figure() -> None:
    generator = np.random.default_rng(5)
    pairs = [
        (LABELS[n % 5], LABELS[n % 5 if generator.random() < 0.7 else (n + 1) % 5], 0.6)
        for n in range(300)
    ]
    found = compare(pairs).metrics
    assert found["macro_f1_low"] < found["macro_f1"] < found["macro_f1_high"]


def test_the_coverage_curve_ends_at_the_error_of_routing_everything() -> None:
    found = compare([("billing", "billing", 0.9), ("billing", "none", 0.6), ("none", "none", 0.7)])
    assert found.coverage[0] == (pytest.approx(1 / 3), 0.0)
    assert found.coverage[-1] == (1.0, pytest.approx(1 / 3))


def test_hidden_signals_and_false_copies_are_counted_over_service_messages() -> None:
    signal = ("selling_opportunity",)
    examples = [
        example(0, "order_status", signal),
        example(1, "billing", signal),
        example(2, "billing"),
        example(3, "technical_issue"),
        example(4, "none"),
    ]
    decisions = [
        decision("order_status", 0.9, signal),  # found
        decision("billing", 0.9),  # overlooked
        decision("billing", 0.9, signal),  # a false copy
        decision("technical_issue", 0.9),
        decision("none", 0.9, signal),  # not a service message: counts in micro-F1 alone
    ]
    found = report(decisions, examples, n_resamples=100, seed=1).metrics
    assert found["hidden_signal_recall"] == 0.5
    assert found["false_sales_copies"] == 0.5
    assert found["also_micro_f1"] == pytest.approx(2 * 1 / (3 + 2))
