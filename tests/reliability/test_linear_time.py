"""Work grows with the size of a text, not faster: calls are counted, and CPU gets a wide margin.

``make linear`` measures the promised figures.
"""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.reliability.linear_time import FAMILIES, MAX_GROWTH, cpu_ms, sizes, steps

FIXED_CALLS = 200  # of any text
QUADRATIC = 10.0  # t(4n) / t(n): 4 when linear, 16 when quadratic
STEPS = steps()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("step", STEPS)
def test_calls_grow_with_the_size_of_a_text(family: str, step: str) -> None:
    once, twice, full = (count_calls(STEPS[step], text) for text in sizes(FAMILIES[family]))
    assert twice <= MAX_GROWTH * once + FIXED_CALLS
    assert full <= MAX_GROWTH * twice + FIXED_CALLS


def test_time_is_nowhere_quadratic(tell: Callable[[str], None]) -> None:
    growths = {}
    for name, step in STEPS.items():
        for family, piece in FAMILIES.items():
            once, _, full = sizes(piece)
            pairs = [(cpu_ms(step, once, 2), cpu_ms(step, full)) for _ in range(2)]
            growths[family, name] = min(ms for _, ms in pairs) / min(ms for ms, _ in pairs)
    tell(f"time of four times as much: at most {max(growths.values()):.1f} times")
    assert {key: growth for key, growth in growths.items() if growth > QUADRATIC} == {}


def count_calls(step: Callable[[str], object], text: str) -> int:
    """How many functions of Python and C a step calls."""
    n_calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal n_calls
        n_calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        step(text)
    finally:
        sys.setprofile(before)
    return n_calls
