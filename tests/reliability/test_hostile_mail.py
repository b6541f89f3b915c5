"""No mail stalls or breaks the parser: 0.25 s of CPU, 64 MiB, no exception but a refusal.

``HOSTILE_PATIENCE=1`` asserts the 0.25 s themselves, for a machine with nothing else to do;
``MAIL_CORPORA=<dir>`` reads all mail below a folder the same way.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.corpora import read_corpora
from tests.reliability.hostile import FAMILIES
from tests.reliability.measure import MAX_CPU_MS, Cost, measure_all, outcome_of, timed

CORPORA = os.environ.get("MAIL_CORPORA", "")
DATA = Path(__file__).parents[1] / "data" / "mail"


def test_every_hostile_message_is_read_or_refused_in_time_and_memory(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    raws = (make() for make in FAMILIES.values())
    costs = dict(zip(FAMILIES, measure_all(raws, tmp_path), strict=True))
    slowest, largest = (
        max((getattr(cost, unit), name) for name, cost in costs.items())
        for unit in ("cpu_ms", "peak_mib")
    )
    n_over = sum(cost.cpu_ms > MAX_CPU_MS for cost in costs.values())
    tell(f"{len(costs)} families: slowest {slowest[0]:.0f} ms ({slowest[1]}), {n_over} over 250")
    tell(f"most memory {largest[0]:.1f} MiB ({largest[1]})")
    assert {name: cost for name, cost in costs.items() if not cost.is_sound} == {}


@pytest.mark.skipif(not CORPORA, reason="MAIL_CORPORA=<dir> is not set: NO REAL MAIL WAS READ")
def test_every_message_of_the_corpora_is_read_or_refused_in_time(
    tell: Callable[[str], None],
) -> None:
    assert_sound(Path(CORPORA), tell)


def test_broken_mail_of_the_repository_reads_the_same_way(tell: Callable[[str], None]) -> None:
    assert assert_sound(DATA, tell) > 40


def assert_sound(folder: Path, tell: Callable[[str], None]) -> int:
    """How many messages there are, all of them sound."""
    outcomes, wrong, slowest = Counter[str](), dict[str, Cost](), (0.0, "none")
    for name, raw in read_corpora(folder):
        cost = cost_of(raw)
        outcomes[cost.outcome] += 1
        slowest = max(slowest, (cost.cpu_ms, name))
        if not cost.is_sound:
            wrong[name] = cost
    tell(f"{outcomes.total()} messages of {folder}: {dict(outcomes.most_common())}")
    tell(f"slowest {slowest[0]:.1f} ms ({slowest[1]})")
    assert wrong == {}
    return outcomes.total()


def cost_of(raw: bytes) -> Cost:
    """What a message costs this process; its lines end as it likes."""
    unix = raw.replace(b"\r\n", b"\n")
    try:
        found, cpu_ms = timed(raw)
        for _ in range(2):
            if cpu_ms > MAX_CPU_MS:
                cpu_ms = min(cpu_ms, timed(raw)[1])
        return Cost(outcome_of(unix, found), cpu_ms)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return Cost(f"raised {type(error).__name__}: {error}"[:200])
