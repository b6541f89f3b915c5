"""How sure is sure enough: temperature and thresholds, fitted on the validation split alone."""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import hypergeom

from service.model.bundle import Promise, Thresholds
from training.config import PromiseConfig, ThresholdsConfig
from training.dataset import LABELS, SERVICE_LABELS, Example, gold_labels

Floats = NDArray[np.float64]

# Shares of the messages routed, tried in this order. They start where a test has power: among the
# surest few hundred, three mistakes are enough to fail. Fixed before any label is seen.
_SHARES: Final = np.linspace(0.50, 1.00, 51)


class Probabilities(NamedTuple):
    """Calibrated: float64[n_texts, n_labels] and float64[n_texts, n_requests]."""

    labels: Floats
    requests: Floats


def fit_temperature(logits: Floats, examples: Sequence[Example]) -> float:
    """The temperature of least log loss (Guo et al., 2017), between 0.1 and 10."""
    gold = gold_labels(examples)
    rows = np.arange(len(gold))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scaled[rows, gold].mean())

    found = minimize_scalar(loss, bounds=(np.log(0.1), np.log(10.0)), method="bounded")
    return float(np.exp(found.x))


def fit_thresholds(
    read: Callable[[float], Probabilities], examples: Sequence[Example], config: ThresholdsConfig
) -> Thresholds:
    """The thresholds that keep the promises of ``config`` on these examples.

    ``read(alone)`` is what the bundle says of them where its first stage answers alone above a
    confidence of ``alone``.
    """
    promises = [_promise(each, read(each.alone), examples, config) for each in config.promises]
    kept = next(each for each in promises if each.risk == config.risk)
    ordered = sorted(promises, key=lambda each: -each.risk)
    fitted = kept.model_dump(exclude={"coverage"})
    return Thresholds(**fitted, assurance=config.assurance, promises=tuple(ordered))


def _promise(
    wanted: PromiseConfig,
    answers: Probabilities,
    examples: Sequence[Example],
    config: ThresholdsConfig,
) -> Promise:
    wrong = answers.labels.argmax(axis=1) != gold_labels(examples)
    confidence = answers.labels.max(axis=1)
    route, coverage = safe_route(confidence, wrong, wanted.risk, config.assurance)
    also = _also(answers, examples, config.also_precision)
    return Promise(risk=wanted.risk, route=route, coverage=coverage, alone=wanted.alone, also=also)


def _also(
    answers: Probabilities, examples: Sequence[Example], precision: float
) -> dict[str, float]:
    predicted = answers.labels.argmax(axis=1)
    return {
        label: _precise_threshold(
            answers.requests[:, column],
            np.array([label in e.also for e in examples]),
            predicted != LABELS.index(label),
            precision,
        )
        for column, label in enumerate(SERVICE_LABELS)
    }


def safe_route(
    confidence: Floats, wrong: NDArray[np.bool_], risk: float, assurance: float
) -> tuple[float, float]:
    """The least threshold that keeps the risk, and the share of messages that reach it.

    1 and 0 when none does. Fixed-sequence testing (Angelopoulos et al., Learn then Test, 2021):
    thresholds are tried from the safest down and the first failure ends the walk, so the assurance
    holds for the one chosen although many were tried. The order depends on confidences alone; of
    the labels these have seen two temperatures.
    """
    route, coverage = 1.0, 0.0
    for threshold in np.quantile(confidence, 1 - _SHARES):
        routed = confidence >= threshold
        if not is_safe(int(wrong[routed].sum()), int(routed.sum()), risk, assurance):
            break
        route, coverage = float(threshold), round(float(routed.mean()), 4)
    return route, coverage


def is_safe(n_wrong: int, n: int, risk: float, assurance: float) -> bool:
    """Whether of ``n`` routed messages to come at most ``risk`` go wrong, after ``n_wrong`` of n.

    Exact and for any error rate: had more than that gone wrong among the next ``n``, a random half
    of all would hold so few with a probability below 1 - ``assurance`` (hypergeometric, as in
    Fisher's test). Stricter than a bound on the error rate, because the next ``n`` vary too.
    """
    first_broken = math.floor(risk * n) + 1
    chance = hypergeom.cdf(n_wrong, 2 * n, n_wrong + first_broken, n)
    return bool(n > 0 and chance <= 1 - assurance)


def _precise_threshold(
    scores: Floats, asked: NDArray[np.bool_], eligible: NDArray[np.bool_], precision: float
) -> float:
    """The threshold of the best F1 at which enough of those named were asked for; 1.0 if none is.

    The least of equals.
    """
    best, chosen = 0.0, 1.0
    for threshold in np.linspace(0.05, 0.99, 95):
        named = eligible & (scores >= threshold)
        n_hit = int((named & asked).sum())
        f1 = 2 * n_hit / max(1, int(named.sum() + asked.sum()))
        if n_hit >= precision * named.sum() and f1 > best:
            best, chosen = f1, round(float(threshold), 4)
    return chosen
