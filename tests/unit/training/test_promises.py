"""The table of promises, on decisions whose errors are known."""

import numpy as np

from service.decision import Decision, Outcome
from service.model.bundle import Promise, Thresholds
from training.dataset import Example
from training.promises import report_promises

N = 600


def decisions(confidences: np.ndarray, wrong: np.ndarray) -> tuple[list[Decision], list[Example]]:
    made = [Decision(Outcome.ROUTE, "billing", float(c), {"none": 0.0}) for c in confidences]
    gold = ["none" if bad else "billing" for bad in wrong]
    return made, [Example.model_construct(primary=label) for label in gold]


def cells(report: str) -> list[str]:
    return [cell.strip() for cell in report.splitlines()[-1].strip("|").split("|")]


def thresholds(route: float) -> Thresholds:
    promise = Promise(risk=0.05, route=route, coverage=0.5, alone=1.0, also={})
    return Thresholds(route=route, risk=0.05, assurance=0.95, also={}, promises=(promise,))


def test_a_model_that_knows_when_it_is_wrong_keeps_its_promise() -> None:
    dice = np.random.default_rng(1)
    confidences = dice.random(N)
    made, examples = decisions(confidences, dice.random(N) < 0.5 * (1 - confidences) ** 2)
    risk, threshold, routed, error, _, broken = cells(
        report_promises(lambda _: made, examples, thresholds(0.8), n_splits=200, seed=1)
    )
    assert (risk, threshold) == ("5%", "0.800")
    assert float(routed) == round(float((confidences >= 0.8).mean()), 3)
    assert float(error) < 0.05
    assert float(broken) <= 0.05


def test_without_a_safe_threshold_nothing_is_routed_and_no_promise_broken() -> None:
    made, examples = decisions(np.linspace(0, 0.99, N), np.ones(N, dtype=bool))
    *_, routed, error, drawn, broken = cells(
        report_promises(lambda _: made, examples, thresholds(1.0), n_splits=20, seed=1)
    )
    assert (float(routed), error, float(drawn), float(broken)) == (0, "-", 0, 0)
