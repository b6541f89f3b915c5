import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from service.model.bundle import Thresholds
from training.calibrate import Probabilities, fit_temperature, fit_thresholds, is_safe
from training.config import PromiseConfig, ThresholdsConfig
from training.dataset import LABELS, SERVICE_LABELS, Example

CONFIG = ThresholdsConfig(
    risk=0.05,
    assurance=0.95,
    also_precision=0.8,
    promises=(PromiseConfig(risk=0.02), PromiseConfig(risk=0.05)),
)
GENERATOR = np.random.default_rng(7)


def examples(gold: list[int], also: list[str] | None = None) -> list[Example]:
    return [
        Example.model_construct(
            id=f"a01-{n:04}", primary=LABELS[label], also=tuple(also or ()), slice="plain"
        )
        for n, label in enumerate(gold)
    ]


def thresholds(labels: np.ndarray, requests: np.ndarray, gold: list[Example]) -> Thresholds:
    """Those of calibrated logits."""
    found = Probabilities(softmax(labels, axis=1), expit(requests))
    return fit_thresholds(lambda _: found, gold, CONFIG)


def logits_of(gold: list[int], strength: float) -> np.ndarray:
    noise = GENERATOR.normal(size=(len(gold), len(LABELS)))
    return noise + strength * np.eye(len(LABELS))[gold]


def draw(logits: np.ndarray) -> list[int]:
    """Labels drawn from the very probabilities that the logits state."""
    probabilities = np.exp(log_softmax(logits, axis=1))
    return [int(GENERATOR.choice(len(LABELS), p=row)) for row in probabilities]


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 3.0])
def test_temperature_is_found_again(true_temperature: float) -> None:
    logits = GENERATOR.normal(scale=2.0, size=(4_000, len(LABELS)))
    gold = draw(logits)
    found = fit_temperature(logits * true_temperature, examples(gold))
    assert found == pytest.approx(true_temperature, rel=0.1)  # sampling error of 4,000 draws


@pytest.mark.parametrize("error_rate", [0.02, 0.04, 0.05, 0.08])
def test_what_is_called_safe_goes_wrong_once_in_twenty_at_most(error_rate: float) -> None:
    n, risk, n_draws = 300, 0.05, 20_000
    seen, to_come = GENERATOR.binomial(n, error_rate, size=(2, n_draws))
    safe = np.array([is_safe(k, n, risk, 0.95) for k in range(n + 1)])[seen]
    broken = safe & (to_come > risk * n)
    assert broken.mean() <= 0.05


def test_few_messages_are_safe_only_without_a_mistake() -> None:
    assert is_safe(0, 80, 0.05, 0.95)  # a fifth mistake in the next 80: one chance in 34
    assert not is_safe(0, 79, 0.05, 0.95)  # a fourth in the next 79: one in 17
    assert not is_safe(1, 80, 0.05, 0.95)
    assert not is_safe(0, 0, 0.05, 0.95)


def test_a_model_that_is_never_wrong_routes_everything() -> None:
    gold = [n % len(LABELS) for n in range(200)]
    logits = 20.0 * np.eye(len(LABELS))[gold]
    found = thresholds(logits, np.zeros((200, 4)), examples(gold))
    assert found.route <= 1.0
    assert (softmax(logits, axis=1).max(axis=1) >= found.route).all()


def test_a_model_that_guesses_routes_nothing() -> None:
    gold = [n % len(LABELS) for n in range(500)]
    logits = GENERATOR.normal(size=(500, len(LABELS)))
    found = thresholds(logits, np.zeros((500, 4)), examples(gold))
    assert found.route == 1.0


def test_too_few_messages_promise_nothing() -> None:
    gold = [0] * 79  # 80 without a mistake would just do
    logits = 20.0 * np.eye(len(LABELS))[gold]
    assert thresholds(logits, np.zeros((79, 4)), examples(gold)).route == 1.0


def test_the_promise_is_broken_for_at_most_one_validation_set_in_twenty() -> None:
    broken = 0
    for _ in range(200):
        logits = GENERATOR.normal(scale=2.5, size=(400, len(LABELS)))
        threshold = thresholds(logits, np.zeros((400, 4)), examples(draw(logits))).route
        fresh = np.exp(log_softmax(GENERATOR.normal(scale=2.5, size=(4_000, 5)), axis=1))
        routed = fresh.max(axis=1) >= threshold
        risk = float(1 - fresh.max(axis=1)[routed].mean()) if routed.any() else 0.0
        broken += risk > CONFIG.risk
    assert broken <= 18  # 10 expected at most; 18 leaves one chance in a hundred


def test_a_further_request_needs_the_precision_asked_for() -> None:
    n = 100
    scores = np.zeros((n, 4))
    scores[:, 0] = np.linspace(-4, 4, n)
    asked = examples([1] * n)
    asked = [
        e.model_copy(update={"also": (SERVICE_LABELS[0],) if row >= 60 else ()})
        for row, e in enumerate(asked)
    ]
    logits = 5.0 * np.eye(len(LABELS))[[1] * n]
    threshold = thresholds(logits, scores, asked).also[SERVICE_LABELS[0]]
    named = 1 / (1 + np.exp(-scores[:, 0])) >= threshold
    assert np.mean([bool(e.also) for e, hit in zip(asked, named, strict=True) if hit]) >= 0.8
    assert named.sum() == 40


def test_of_precise_thresholds_the_one_of_the_best_f1_is_taken() -> None:
    """Above 0.7 all are real, between 0.3 and 0.7 nine in ten, below one in three."""
    scores, asked = [0.9] * 20 + [0.5] * 20 + [0.2] * 3, [1] * 38 + [0] * 3 + [1, 0]
    requests = np.full((43, 4), -9.0)
    requests[:, 0] = np.log(np.array(scores) / (1 - np.array(scores)))
    gold = [
        e.model_copy(update={"also": (SERVICE_LABELS[0],) if real else ()})
        for e, real in zip(examples([1] * 43), asked, strict=True)
    ]
    found = thresholds(5.0 * np.eye(len(LABELS))[[1] * 43], requests, gold)
    assert 0.2 < found.also[SERVICE_LABELS[0]] <= 0.5


def test_a_request_that_is_never_found_is_never_named() -> None:
    logits = 5.0 * np.eye(len(LABELS))[[1] * 50]
    found = thresholds(logits, np.zeros((50, 4)), examples([1] * 50))
    assert found.also[SERVICE_LABELS[0]] == 1.0


def test_each_promise_is_fitted_to_what_is_said_while_it_is_kept() -> None:
    """Where the first stage answers much alone it guesses here, and nothing can be promised."""
    gold = [n % len(LABELS) for n in range(400)]
    sure = Probabilities(softmax(9.0 * np.eye(len(LABELS))[gold], axis=1), np.zeros((400, 4)))
    guesses = Probabilities(np.full((400, len(LABELS)), 0.2), np.zeros((400, 4)))
    promises = (PromiseConfig(risk=0.02, alone=0.98), PromiseConfig(risk=0.05, alone=0.5))
    config = CONFIG.model_copy(update={"promises": promises})
    found = fit_thresholds(lambda alone: sure if alone > 0.9 else guesses, examples(gold), config)
    assert [(each.risk, each.alone) for each in found.promises] == [(0.05, 0.5), (0.02, 0.98)]
    assert [each.coverage > 0 for each in found.promises] == [False, True]
    assert (found.risk, found.alone) == (0.05, 0.5)
