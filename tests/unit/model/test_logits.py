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
