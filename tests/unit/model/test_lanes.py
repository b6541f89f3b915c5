import asyncio
import threading
from collections.abc import Iterator

import pytest

from service.errors import Overloaded
from service.model.bundle import Bundle
from service.model.classifier import Classifier
from service.model.lanes import Lanes

BOUND_MS = 50.0


@pytest.fixture
def lanes(bundle: Bundle) -> Iterator[Lanes]:
    lanes = Lanes([Classifier(bundle) for _ in range(2)], BOUND_MS)
    yield lanes
    lanes.close()


class Gate:
    """A job that occupies its lane until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, _: Classifier, __: float) -> str:
        self.entered.release()
        assert self.opened.wait(timeout=30)
        return "done"


def occupy(lanes: Lanes, gate: Gate) -> None:
    for _ in range(lanes.n_lanes):
        lanes.submit(gate, n_chars=1)
    for _ in range(lanes.n_lanes):
        assert gate.entered.acquire(timeout=30)


def test_a_job_gets_a_classifier_and_its_result_comes_back(lanes: Lanes) -> None:
    async def ask() -> int:
        return await lanes.run(lambda c, _: len(c.classify("Hello").labels), n_chars=5)

    assert asyncio.run(ask()) == 5


def test_a_jobs_error_reaches_its_caller_and_the_lane_lives_on(lanes: Lanes) -> None:
    def fail(_: Classifier, __: float) -> None:
        raise KeyError("from the job")

    for _ in range(4):
        with pytest.raises(KeyError, match="from the job"):
            lanes.submit(fail, 1).result(timeout=30)
    assert lanes.submit(lambda _, __: "alive", 1).result(timeout=30) == "alive"


def test_each_lane_has_a_classifier_of_its_own(lanes: Lanes) -> None:
    together = threading.Barrier(2, timeout=30)

    def meet(classifier: Classifier, _: float) -> int:
        together.wait()
        return id(classifier)

    first, second = (lanes.submit(meet, 1) for _ in range(2))
    assert first.result() != second.result()


def test_beyond_the_bound_work_is_shed_with_a_time_to_come_back(lanes: Lanes) -> None:
    gate = Gate()
    occupy(lanes, gate)
    while lanes.queue_ms <= BOUND_MS:
        lanes.refuse_if_full()
        lanes.submit(lambda _, __: None, n_chars=1_000)
    with pytest.raises(Overloaded) as refusal:
        lanes.refuse_if_full()
    assert refusal.value.retry_after_s >= 1
    gate.opened.set()


def test_the_bound_counts_work_not_requests(lanes: Lanes) -> None:
    gate = Gate()
    occupy(lanes, gate)
    before = lanes.queue_ms
    lanes.submit(lambda _, __: None, n_chars=200)
    short = lanes.queue_ms - before
    lanes.submit(lambda _, __: None, n_chars=1_000)
    assert lanes.queue_ms - before - short == pytest.approx(5 * short)
    gate.opened.set()


def test_work_of_a_client_that_has_gone_is_never_started(lanes: Lanes) -> None:
    gate, started = Gate(), threading.Event()
    occupy(lanes, gate)
    queued_before = lanes.queue_ms

    async def leave() -> None:
        asking = asyncio.ensure_future(lanes.run(lambda _, __: started.set(), n_chars=100))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(leave())
    assert lanes.queue_ms == pytest.approx(queued_before)
    gate.opened.set()
    lanes.close()
    assert not started.is_set()


def test_the_estimate_follows_what_texts_take(lanes: Lanes) -> None:
    for _ in range(500):
        lanes.learn(work_ms=100.0, n_chars=1_000)
    gate = Gate()
    occupy(lanes, gate)
    before = lanes.queue_ms
    lanes.submit(lambda _, __: None, n_chars=1_000)
    assert lanes.queue_ms - before == pytest.approx(100.0 / lanes.n_lanes, rel=0.01)
    gate.opened.set()


def test_one_odd_measurement_moves_the_estimate_little(lanes: Lanes) -> None:
    gate = Gate()
    occupy(lanes, gate)
    before = lanes.queue_ms
    lanes.learn(work_ms=1e9, n_chars=200)
    lanes.learn(work_ms=0.0, n_chars=200)
    lanes.submit(lambda _, __: None, n_chars=200)
    assert lanes.queue_ms - before < 1.5 * before / lanes.n_lanes * 2
    gate.opened.set()


def test_closing_finishes_what_was_accepted(lanes: Lanes) -> None:
    futures = [lanes.submit(lambda c, _: c.classify("Hello"), 5) for _ in range(20)]
    lanes.close()
    assert all(future.done() for future in futures)
    assert lanes.queue_ms == pytest.approx(0, abs=1e-9)  # sums of floats
