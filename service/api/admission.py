"""The ASGI edge: limits before any work, one log line after it.

Bare ASGI because refusing must be cheap: in a framework a refusal costs a third of an answer, and
at twenty times the capacity the service would spend its time refusing.
"""

import asyncio
from time import perf_counter
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import (
    LOG_FIELDS,
    BodyTooLarge,
    BodyTooSlow,
    describe,
    internal_problem,
    stopping_problem,
)
from service.errors import Overloaded, SignalboxError
from service.gateways.statuses import PATHS
from service.model.lanes import Lanes
from service.telemetry import REQUEST, Metrics

CLASSIFY: Final = "/classify"
BATCH: Final = "/classify/batch"
_MAX_BODIES_HELD: Final = 5  # of the largest size, in memory at once over all requests
_WORKING: Final = PATHS.keys() | {CLASSIFY, BATCH}
KNOWN_PATHS: Final = _WORKING | {"/healthz", "/readyz", "/metrics", "/openapi.json"}
CLIENT_GONE: Final = 499  # nginx's code for a client that did not wait; logged, never sent


class _Answer:
    """What has gone out to one client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.status = CLIENT_GONE

    async def send(self, message: Message) -> None:
        """Pass a message on, and remember the status."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def refuse(self, response: Response) -> None:
        """Send ``response``, unless another has begun."""
        if self.status == CLIENT_GONE:
            await response(self._scope, self._receive, self.send)


class Admission:
    """Bounds on body, time and load around the API; drops the work of clients that have gone."""

    def __init__(
        self,
        api: ASGIApp,
        lanes: Lanes,
        metrics: Metrics,
        *,
        max_body_bytes: int,
        body_timeout_s: float,
    ) -> None:
        self._api = api
        self._lanes = lanes
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._body_timeout_s = body_timeout_s
        self._n_held_bytes = 0
        self._log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        started = perf_counter()
        scope[LOG_FIELDS] = {}
        answer = _Answer(scope, receive, send)
        try:
            await self._answer(scope, receive, answer)
        finally:
            self._record(scope, answer.status, perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._admit(scope, receive, answer.send)
        except SignalboxError as error:
            # The rest of the body is not wanted, and the next request would stand behind it.
            problem = describe(error, scope["path"])
            scope[LOG_FIELDS]["problem"] = problem.name
            await answer.refuse(problem.response({"Connection": "close"}))
        except asyncio.CancelledError:  # the time to stop in is over
            await answer.refuse(stopping_problem().response())
            raise
        except Exception:  # noqa: BLE001 - the edge: the client gets an answer, we get a line
            self._log.exception("internal_error", path=_known(scope))
            await answer.refuse(internal_problem().response())

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in _WORKING and scope["method"] == "POST":
            self._lanes.refuse_if_full()
        held: list[bytes] = []
        try:
            if await self._read_body(scope, receive, held):
                held[:] = [b"".join(held)]  # one copy while the answer is made
                await self._run(scope, held[0], receive, send)
        finally:
            self._n_held_bytes -= sum(map(len, held))

    async def _read_body(self, scope: Scope, receive: Receive, held: list[bytes]) -> bool:
        """Read the body into ``held``; False when the client left before it had sent it all."""
        declared = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        self._refuse_large(int(declared) if declared.isdigit() else 0)
        n_bytes = 0
        try:
            async with asyncio.timeout(self._body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    held.append(message.get("body", b""))
                    n_bytes += len(held[-1])
                    self._n_held_bytes += len(held[-1])
                    self._refuse_large(n_bytes)
                    if not message.get("more_body", False):
                        return True
        except TimeoutError as error:
            raise BodyTooSlow(f"no complete body in {self._body_timeout_s:g} s") from error

    def _refuse_large(self, n_bytes: int) -> None:
        if n_bytes > self._max_body_bytes:
            raise BodyTooLarge(f"the body is larger than {self._max_body_bytes} bytes")
        if self._n_held_bytes > _MAX_BODIES_HELD * self._max_body_bytes:
            raise Overloaded(retry_after_s=1)

    async def _run(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """The API's answer, unless the client leaves first: then its work is cancelled."""
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        answering = asyncio.ensure_future(self._api(scope, replay, send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        path = _known(scope)
        self._metrics.requests.labels(path, str(status)).inc()
        self._metrics.request_seconds.labels(path).observe(seconds)
        line = {"method": scope["method"], "path": path, "status": status}
        self._log.info(REQUEST, **line, total_ms=1e3 * seconds, **scope[LOG_FIELDS])


def _known(scope: Scope) -> str:
    return scope["path"] if scope["path"] in KNOWN_PATHS else "other"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
