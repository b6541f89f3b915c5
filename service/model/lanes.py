"""Inference lanes: threads with a classifier each, behind a queue bounded in estimated work.

Work, not requests: twenty long messages cost what two hundred short ones do. Beyond the bound a
request is shed at once, which keeps the accepted ones fast at any load. Work whose client has
gone is dropped before it starts.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock
from time import perf_counter
from typing import Final, TypeVar

from service.errors import Overloaded
from service.model.classifier import Classifier

T = TypeVar("T")

# A message's cost grows with its length until the tokenizer cuts it: 256 tokens of mail text are
# about 1,100 characters. Below 200 characters the fixed costs dominate.
_LEAST_CHARS: Final = 200
_MOST_CHARS: Final = 1_100
_FIRST_GUESS_MS_PER_CHAR: Final = 0.03
_SMOOTHING: Final = 0.05


class Lanes:
    """Runs jobs on classifiers, each job on the first lane that is free, in order of arrival."""

    def __init__(self, classifiers: Sequence[Classifier], max_queue_ms: float) -> None:
        self.n_lanes = len(classifiers)
        self._max_queue_ms = max_queue_ms
        self._idle: SimpleQueue[Classifier] = SimpleQueue()
        for classifier in classifiers:
            self._idle.put(classifier)
        self._threads = ThreadPoolExecutor(self.n_lanes, thread_name_prefix="lane")
        self._lock = Lock()
        self._pending_ms = 0.0
        self._ms_per_char = _FIRST_GUESS_MS_PER_CHAR

    @property
    def queue_ms(self) -> float:
        """Estimated time, in milliseconds, until work accepted now would start."""
        return self._pending_ms / self.n_lanes

    def refuse_if_full(self) -> None:
        """Nothing, while there is room.

        Raises:
            Overloaded: the queue holds more than ``max_queue_ms`` of work per lane.
        """
        if self.queue_ms > self._max_queue_ms:
            raise Overloaded(retry_after_s=max(1, math.ceil(self.queue_ms / 1e3)))

    async def run(self, job: Callable[[Classifier, float], T], n_chars: int) -> T:
        """What ``job(classifier, queue_ms)`` returns on a lane.

        Cancelling the call drops the job if it has not started. Whoever must not overfill the
        queue calls ``refuse_if_full`` first.
        """
        return await asyncio.wrap_future(self.submit(job, n_chars))

    def submit(self, job: Callable[[Classifier, float], T], n_chars: int) -> "Future[T]":
        """The future result of ``job(classifier, queue_ms)``, for callers without a loop."""
        work_ms = _bounded(n_chars) * self._ms_per_char
        self._add_pending(work_ms)
        future = self._threads.submit(self._work, job, perf_counter())
        future.add_done_callback(lambda _: self._add_pending(-work_ms))
        return future

    def learn(self, work_ms: float, n_chars: int) -> None:
        """Let the estimate follow a text of ``n_chars`` that took a lane ``work_ms``.

        One measurement moves it little, however odd: a text may wait for the processor.
        """
        with self._lock:
            factor = work_ms / _bounded(n_chars) / self._ms_per_char
            self._ms_per_char *= 1 + _SMOOTHING * (min(max(factor, 0.2), 5.0) - 1)

    def close(self) -> None:
        """Finish what was accepted, then stop the threads."""
        self._threads.shutdown(wait=True)

    def _work(self, job: Callable[[Classifier, float], T], submitted: float) -> T:
        started = perf_counter()
        classifier = self._idle.get_nowait()  # as many classifiers as threads: never empty
        try:
            return job(classifier, 1e3 * (started - submitted))
        finally:
            self._idle.put(classifier)

    def _add_pending(self, work_ms: float) -> None:
        with self._lock:
            self._pending_ms = max(0.0, self._pending_ms + work_ms)


def _bounded(n_chars: int) -> int:
    return min(max(n_chars, _LEAST_CHARS), _MOST_CHARS)
