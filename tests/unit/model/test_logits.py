import numpy as np
import pytest

from service.model.logits import Logits

NOTHING = np.zeros((0, 5), np.float32)


def logits(labels: list[float], requests: list[float] | None = None) -> Logits:
    asked = np.array(requests or [0.0] * 4, np.float32)
    return Logits(np.array(labels, np.float32), asked, NOTHING, NOTHING)


def test_temperature_softens_without_changing_the_order() -> None:
    cold = logits([3, 1, 0, 0, 0])
    warm = cold.over(2.0)
    assert warm.label_probabilities()[0] < cold.label_probabilities()[0]
    assert warm.label_probabilities().argmax() == 0


def test_huge_logits_do_not_overflow() -> None:
    huge = logits([9e3, -9e3, 0, 0, 0], [80, -80, 9e3, -9e3])
    assert huge.label_probabilities()[0] == 1.0
    assert huge.request_probabilities().tolist() == pytest.approx([1, 0, 1, 0], abs=1e-12)


def test_beside_another_the_labels_add_up_and_the_requests_stay() -> None:
    parts = np.ones((2, 5), np.float32)
    one = Logits(np.ones(5, np.float32), np.full(4, 2, np.float32), parts, parts[:, :4])
    two = Logits(np.full(5, 3, np.float32), np.zeros(4, np.float32), 4 * parts, 0 * parts[:, :4])
    both = one.beside(two, weight=0.5)
    assert both.labels.tolist() == [2.5] * 5
    assert both.label_tokens.tolist() == [[3.0] * 5] * 2
    assert both.requests is one.requests
    assert both.request_tokens is one.request_tokens
