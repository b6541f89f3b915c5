import pytest

from training.config import GatesConfig
from training.gates import failed_gates

GATES = GatesConfig(min_macro_f1=0.7, max_ece=0.05, max_quantisation_loss=0.01)
GOOD = {"macro_f1": 0.8, "macro_f1_low": 0.75, "ece": 0.02, "quantisation_loss": 0.001}


def test_a_good_first_version_passes() -> None:
    assert failed_gates(GOOD, None, GATES) == []


def test_a_version_within_the_champions_interval_passes() -> None:
    assert failed_gates(GOOD | {"macro_f1": 0.76}, GOOD, GATES) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"macro_f1": 0.69}, "below 0.700"),
        ({"ece": 0.06}, "calibration error"),
        ({"quantisation_loss": 0.02}, "quantisation"),
        ({"macro_f1": 0.74}, "below the champion's interval"),
    ],
)
def test_each_gate_holds_a_version_back_with_its_reason(
    change: dict[str, float], reason: str
) -> None:
    (found,) = failed_gates(GOOD | change, None if change.get("macro_f1", 1) < 0.7 else GOOD, GATES)
    assert reason in found
