"""The ASGI edge, driven message by message: what a socket test cannot time."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from starlette.types import Message, Receive, Scope, Send

from service.api.admission import Admission
from service.model.bundle import Bundle
from service.model.classifier import Classifier
from service.model.lanes import Lanes
from service.telemetry import Metrics, configure_logging


@pytest.fixture
def lanes(bundle: Bundle) -> Iterator[Lanes]:
    lanes = Lanes([Classifier(bundle)], max_queue_ms=100)
    yield lanes
    lanes.close()


class Client:
    """One request: what it sends, then, when told to leave, a disconnect."""

    def __init__(self, *messages: Message, leaves: bool = False) -> None:
        self._messages = list(messages)
        self._leaves = leaves
        self.received: list[Message] = []

    async def receive(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        if not self._leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.received.append(message)

    @property
    def status(self) -> int | None:
        return self.received[0]["status"] if self.received else None


def ask(api: Any, client: Client, lanes: Lanes, **changes: Any) -> Metrics:  # noqa: ANN401
    metrics = Metrics(lambda: 0.0, {"name": "test"})
    edge = Admission(api, lanes, metrics, max_body_bytes=100, body_timeout_s=5)
    scope = {"type": "http", "method": "POST", "path": "/classify", "headers": []} | changes
    asyncio.run(edge(scope, client.receive, client.send))
    return metrics


def body(content: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": content, "more_body": more}


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    content = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": content})


def test_the_api_gets_the_body_in_one_piece(lanes: Lanes) -> None:
    client = Client(body(b"hel", more=True), body(b"lo"))
    ask(echo, client, lanes)
    assert client.received[-1]["body"] == b"hello"


def test_a_bug_is_answered_as_ours_and_shows_nothing_of_its_inside(lanes: Lanes) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("inside")

    client = Client(body(b""))
    ask(broken, client, lanes)
    assert client.status == 500
    document = json.loads(client.received[-1]["body"])
    assert document["type"] == "urn:signalbox:problem:internal"
    assert "inside" not in json.dumps(document)


def test_a_bug_leaves_a_log_line_without_the_words_of_the_message(
    lanes: Lanes, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info")

    async def broken(_: Scope, receive: Receive, __: Send) -> None:
        content = (await receive())["body"]
        raise ValueError(content)

    ask(broken, Client(body(b"canary")), lanes)
    structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert '"event": "internal_error"' in logged
    assert "ValueError" in logged
    assert "canary" not in logged


def test_bodies_held_in_memory_are_bounded_over_all_requests(lanes: Lanes) -> None:
    async def flood() -> list[int | None]:
        edge = Admission(
            echo,
            lanes,
            Metrics(lambda: 0.0, {"name": "test"}),
            max_body_bytes=100,
            body_timeout_s=0.2,
        )
        clients = [Client(body(b"x" * 90, more=True)) for _ in range(20)]
        scopes = [
            {"type": "http", "method": "POST", "path": "/classify", "headers": []} for _ in clients
        ]
        await asyncio.gather(
            *(edge(s, c.receive, c.send) for s, c in zip(scopes, clients, strict=True))
        )
        return [client.status for client in clients]

    statuses = asyncio.run(flood())
    assert set(statuses) == {408, 429}
    assert statuses.count(429) >= 10


def test_a_bug_after_the_answer_began_does_not_begin_another(lanes: Lanes) -> None:
    async def breaks_late(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("inside")

    client = Client(body(b""))
    ask(breaks_late, client, lanes)
    assert [message["type"] for message in client.received] == ["http.response.start"]


def test_a_client_that_leaves_while_sending_never_reaches_the_api(lanes: Lanes) -> None:
    async def unreachable(*_: object) -> None:
        pytest.fail("the API was called for half a body")

    client = Client(body(b"half", more=True), leaves=True)
    metrics = ask(unreachable, client, lanes)
    assert client.status is None
    assert metrics.requests.labels("/classify", "499")._value.get() == 1  # noqa: SLF001


def test_a_client_that_leaves_while_waiting_cancels_the_api(lanes: Lanes) -> None:
    cancelled = []

    async def slow(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    ask(slow, Client(body(b""), leaves=True), lanes)
    assert cancelled == [True]


@pytest.mark.parametrize("declared", [b"101", b"99999999999999999999"])
def test_a_declared_body_over_the_limit_is_refused_unread(lanes: Lanes, declared: bytes) -> None:
    client = Client()
    ask(echo, client, lanes, headers=[(b"content-length", declared)])
    assert client.status == 413


def test_a_declared_length_that_is_no_number_is_ignored(lanes: Lanes) -> None:
    client = Client(body(b"hello"))
    ask(echo, client, lanes, headers=[(b"content-length", b"-5x")])
    assert client.status == 200


def test_paths_nobody_knows_share_one_metric(lanes: Lanes) -> None:
    metrics = ask(echo, Client(body(b"")), lanes, path="/secret-path")
    assert metrics.requests.labels("other", "200")._value.get() == 1  # noqa: SLF001


def test_a_websocket_is_left_to_the_api(lanes: Lanes) -> None:
    seen = []

    async def api(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    ask(api, Client(), lanes, type="websocket")
    assert seen == ["websocket"]
