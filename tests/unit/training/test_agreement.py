import pytest

from training.agreement import Reading, report_agreement
from training.dataset import Example


def example(number: int, primary: str, also: tuple[str, ...] = ()) -> Example:
    return Example.model_construct(id=f"a01-{number:04}", primary=primary, also=also, slice="plain")


def reading(number: int, primary: str, also: tuple[str, ...] = ()) -> Reading:
    return Reading(id=f"a01-{number:04}", primary=primary, also=also)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("second", "row"),
    [
        (["billing", "none", "billing", "none"], "| all | 4 | 4 | 1.0000 | 4 |"),
        (["billing", "none", "none", "billing"], "| all | 4 | 2 | 0.0000 | 4 |"),
    ],
)
def test_kappa_is_one_for_full_agreement_and_zero_for_chance(second: list[str], row: str) -> None:
    examples = [example(n, x) for n, x in enumerate(["billing", "none", "billing", "none"])]
    readings = {f"a01-{n:04}": reading(n, x) for n, x in enumerate(second)}
    assert row in report_agreement(examples, readings)


def test_every_message_on_which_the_readers_differ_is_named() -> None:
    examples = [example(1, "billing", ("order_status",)), example(2, "none"), example(3, "none")]
    readings = {r.id: r for r in (reading(1, "billing"), reading(2, "none"))}
    report = report_agreement(examples, readings)
    assert "| all | 2 | 2 | 1.0000 | 1 |" in report
    assert "a01-0001: billing ['order_status'], second billing []" in report
    assert "a01-0003" not in report


def test_kappa_of_a_single_label_is_undefined() -> None:
    report = report_agreement([example(1, "none")], {"a01-0001": reading(1, "none")})
    assert "| all | 1 | 1 | undefined | 1 |" in report
    other = {r.id: r for r in (reading(1, "none"), reading(2, "billing"))}
    report = report_agreement([example(1, "none"), example(2, "none")], other)
    assert "| all | 2 | 1 | undefined | 2 |" in report
