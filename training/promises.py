"""Whether the promises hold: calibration and test drawn anew a thousand times."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from service.decision import Decision
from service.model.bundle import Promise, Thresholds
from training.calibrate import safe_route
from training.dataset import Example
from training.inventory import table

Floats = NDArray[np.float64]


def report_promises(
    decide: Callable[[Promise], Sequence[Decision]],
    examples: Sequence[Example],
    thresholds: Thresholds,
    n_splits: int,
    seed: int,
) -> str:
    """Coverage and error at each promised risk, and how often a promise was broken.

    ``decide(promise)`` is what the bundle decides of ``examples`` while it keeps that promise. The
    messages were never trained on. Each time a random half sets the threshold and the other
    half is routed by it; a promise is broken when more than its risk of those went wrong.
    """
    rows = []
    for each in thresholds.promises:
        decisions = decide(each)
        confidence = np.array([d.confidence or 0.0 for d in decisions])
        wrong = np.array([d.label != e.primary for d, e in zip(decisions, examples, strict=True)])
        routed = confidence >= each.route
        error = f"{wrong[routed].mean():.3f}" if routed.any() else "-"
        kept = _draw(confidence, wrong, each.risk, thresholds.assurance, n_splits, seed)
        share = f"{each.route:.3f}", f"{routed.mean():.3f}"
        broken = f"{np.mean([rate > each.risk for _, rate in kept]):.3f}"
        rows.append(
            (f"{each.risk:.0%}", *share, error, f"{np.mean([c for c, _ in kept]):.3f}", broken)
        )
    head = ("risk", "threshold", "routed", "wrong among them", "routed in the draws", "broken")
    return table(head, rows)


def _draw(
    confidence: Floats,
    wrong: NDArray[np.bool_],
    risk: float,
    assurance: float,
    n_splits: int,
    seed: int,
) -> list[tuple[float, float]]:
    """Coverage and error rate on the other half, for each draw."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in tqdm(range(n_splits), desc=f"risk {risk:g}", unit="draw"):
        order = generator.permutation(len(wrong))
        ours, others = np.array_split(order, 2)
        route, _ = safe_route(confidence[ours], wrong[ours], risk, assurance)
        routed = confidence[others] >= route
        rate = float(wrong[others][routed].mean()) if routed.any() else 0.0
        found.append((float(routed.mean()), rate))
    return found
