"""How sure is sure enough: temperature and thresholds, fitted on the validation split alone."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import hypergeom

from service.model.bundle import Promise, Thresholds
from training.config import ThresholdsConfig
from training.dataset import LABELS, SERVICE_LABELS, Example, gold_labels

Floats = NDArray[np.float64]

# Shares of the messages routed, tried in this order. They start where a test has power: among the
# surest few hundred, three mistakes are enough to fail. Fixed before any label is seen.
_SHARES: Final = np.linspace(0.50, 1.00, 51)


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
    label_logits: Floats,
    request_logits: Floats,
    temperature: float,
    examples: Sequence[Example],
    config: ThresholdsConfig,
) -> Thresholds:
    """The thresholds that keep the promises of ``config`` on these examples."""
    probabilities = softmax(label_logits / temperature, axis=1)
    confidence = probabilities.max(axis=1)
    wrong = probabilities.argmax(axis=1) != gold_labels(examples)
    requests = 1 / (1 + np.exp(-request_logits))
    predicted = probabilities.argmax(axis=1)
    also = {
        label: _precise_threshold(
            requests[:, column],
            np.array([label in e.also for e in examples]),
            predicted != LABELS.index(label),
            config.also_precision,
        )
        for column, label in enumerate(SERVICE_LABELS)
    }
    promises = tuple(
        promise(confidence, wrong, risk, config.assurance)
        for risk in sorted({config.risk, *config.risks}, reverse=True)
    )
    return Thresholds(
        route=next(each.route for each in promises if each.risk == config.risk),
        risk=config.risk,
        assurance=config.assurance,
        also=also,
        promises=promises,
    )


def promise(confidence: Floats, wrong: NDArray[np.bool_], risk: float, assurance: float) -> Promise:
    """The threshold that keeps the risk on these messages, and how many of them reach it."""
    route = _safe_threshold(confidence, wrong, risk, assurance)
    return Promise(risk=risk, route=route, coverage=round(float((confidence >= route).mean()), 4))


def is_safe(n_wrong: int, n: int, risk: float, assurance: float) -> bool:
    """Whether of ``n`` routed messages to come at most ``risk`` go wrong, after ``n_wrong`` of n.

    Exact and for any error rate: had more than that gone wrong among the next ``n``, a random half
    of all would hold so few with a probability below 1 - ``assurance`` (hypergeometric, as in
    Fisher's test). Stricter than a bound on the error rate, because the next ``n`` vary too.
    """
    first_broken = math.floor(risk * n) + 1
    chance = hypergeom.cdf(n_wrong, 2 * n, n_wrong + first_broken, n)
    return bool(n > 0 and chance <= 1 - assurance)


def _safe_threshold(
    confidence: Floats, wrong: NDArray[np.bool_], risk: float, assurance: float
) -> float:
    """The least threshold that is safe, 1.0 when none is.

    Fixed-sequence testing (Angelopoulos et al., Learn then Test, 2021): thresholds are tried from
    the safest down and the first failure ends the walk, so the assurance holds for the one chosen
    although many were tried. The order depends on confidences alone, never on a label.
    """
    chosen = 1.0
    for threshold in np.quantile(confidence, 1 - _SHARES):
        routed = confidence >= threshold
        if not is_safe(int(wrong[routed].sum()), int(routed.sum()), risk, assurance):
            break
        chosen = float(threshold)
    return chosen


def _precise_threshold(
    scores: Floats, asked: NDArray[np.bool_], eligible: NDArray[np.bool_], precision: float
) -> float:
    """The least threshold at which enough of those named were asked for; 1.0 when none is."""
    for threshold in np.linspace(0.05, 0.99, 95):
        named = eligible & (scores >= threshold)
        if named.any() and asked[named].mean() >= precision:
            return round(float(threshold), 4)
    return 1.0
