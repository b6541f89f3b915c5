"""The relay against a real mail server and a real store, in trouble that a gateway cannot make."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import Overloaded, Unavailable
from service.gateways.call import Inbound
from service.message import Envelope
from service.relay import Relay
from service.store import Store
from service.verdict import Verdict
from tests.mails import Mail
from tests.servers import free_port
from tests.sink import Sink

FALLBACK = "people@example.com"
VERDICT = Verdict("route", ("orders@example.com", "sales@example.com"), label="order_status")
MAIL = Inbound(Mail().raw, Envelope("mara@example.org", ("info@example.com",)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signalbox.db"


@pytest.fixture
def relay(path: Path, sink: Sink) -> Iterator[Relay]:
    with closing(Store(path)) as store:
        yield Relay(store, "127.0.0.1", sink.port, FALLBACK, fallback_after_s=600)


def deliver(
    relay: Relay, mail: Inbound, ask: Callable[[], Awaitable[Verdict]] | None = None
) -> Verdict | None:
    async def answer() -> Verdict:
        return VERDICT

    return asyncio.run(relay.deliver(mail, ask or answer))


def test_all_mailboxes_of_a_verdict_get_the_mail_in_one_transaction(
    relay: Relay, sink: Sink
) -> None:
    assert deliver(relay, MAIL) == VERDICT
    assert [mail.recipients for mail in sink.mails] == [VERDICT.addresses]


def test_one_mailbox_that_refuses_means_that_none_has_it(relay: Relay, sink: Sink) -> None:
    sink.rcpt_replies["sales@example.com"] = "550 5.1.1 nobody"
    with pytest.raises(Unavailable):
        deliver(relay, MAIL)
    assert sink.mails == []


def test_a_repeat_is_not_even_asked_about(relay: Relay, sink: Sink) -> None:
    async def never() -> Verdict:
        raise AssertionError("asked about a mail that was delivered")

    deliver(relay, MAIL)
    assert deliver(relay, MAIL, never) is None
    assert len(sink.mails) == 1


def test_a_gateway_that_asks_again_too_soon_is_told_to_wait(relay: Relay, sink: Sink) -> None:
    async def ask_twice() -> None:
        is_asked, may_answer = asyncio.Event(), asyncio.Event()

        async def answer() -> Verdict:
            is_asked.set()
            await may_answer.wait()
            return VERDICT

        first = asyncio.create_task(relay.deliver(MAIL, answer))
        await is_asked.wait()
        with pytest.raises(Unavailable, match="being handed on"):
            await relay.deliver(MAIL, answer)
        may_answer.set()
        assert await first == VERDICT

    asyncio.run(ask_twice())
    assert len(sink.mails) == 1


def test_a_mail_that_was_sent_back_to_us_is_another_mail(relay: Relay, sink: Sink) -> None:
    deliver(relay, MAIL)
    for line in (b"X-Signalbox-Label: billing\r\n", b"Resent-From: sales@example.com\r\n"):
        assert deliver(relay, replace(MAIL, raw=line + MAIL.raw)) == VERDICT
    assert len(sink.mails) == 3


def test_a_caller_that_leaves_does_not_stop_the_handover(relay: Relay, sink: Sink) -> None:
    async def leave() -> None:
        is_asked, may_answer = asyncio.Event(), asyncio.Event()

        async def answer() -> Verdict:
            is_asked.set()
            await may_answer.wait()
            return VERDICT

        call = asyncio.create_task(relay.deliver(MAIL, answer))
        await is_asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        may_answer.set()
        await asyncio.gather(*relay._running.values())  # noqa: SLF001 - what nobody waits for

    asyncio.run(leave())
    assert len(sink.mails) == 1
    assert deliver(relay, MAIL) is None


@pytest.mark.parametrize("error", [Overloaded(1), Unavailable("x")])
def test_overload_keeps_the_mail_until_it_is_late(
    relay: Relay, sink: Sink, error: Exception
) -> None:
    async def fail() -> Verdict:
        raise error

    with pytest.raises(type(error)):
        deliver(relay, MAIL, fail)
    assert sink.mails == []
    verdict = deliver(replace(relay, fallback_after_s=0), MAIL, fail)
    assert verdict == Verdict("unclassified", (FALLBACK,))
    assert [mail.recipients for mail in sink.mails] == [(FALLBACK,)]


def test_a_late_mail_that_not_even_people_can_get_is_kept(relay: Relay, sink: Sink) -> None:
    sink.data_reply = "451 4.3.0 later"
    with pytest.raises(Unavailable):
        deliver(replace(relay, fallback_after_s=0), MAIL)


def test_a_mail_that_is_late_but_deliverable_goes_to_its_team(relay: Relay, sink: Sink) -> None:
    assert deliver(replace(relay, fallback_after_s=0), MAIL) == VERDICT
    assert len(sink.mails) == 1


def test_a_delivery_that_cannot_be_noted_is_still_one(
    relay: Relay, sink: Sink, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def lose_the_table() -> Verdict:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DROP TABLE handovers")
        return VERDICT

    assert deliver(relay, MAIL, lose_the_table) == VERDICT
    assert len(sink.mails) == 1
    captured = capsys.readouterr()
    assert "handover_not_noted" in captured.out + captured.err


def test_a_server_without_starttls_gets_nothing_if_tls_is_required(
    relay: Relay, sink: Sink
) -> None:
    with pytest.raises(Unavailable):
        deliver(replace(relay, is_tls=True), MAIL)
    assert sink.mails == []


def test_an_address_that_smtp_cannot_carry_is_for_later(relay: Relay, sink: Sink) -> None:
    async def odd() -> Verdict:
        return Verdict("route", ("Größe@example.com",))

    with pytest.raises(Unavailable):
        deliver(relay, MAIL, odd)
    assert sink.mails == []


def test_a_server_that_is_not_there_is_for_later(relay: Relay) -> None:
    with pytest.raises(Unavailable):
        deliver(replace(relay, port=free_port()), MAIL)


@pytest.mark.parametrize(
    ("sender", "sent"), [("", ""), ("mara@example.org", FALLBACK), (None, FALLBACK)]
)
def test_failures_behind_us_come_to_people_and_bounces_stay_bounces(
    relay: Relay, sink: Sink, sender: str | None, sent: str
) -> None:
    deliver(relay, replace(MAIL, envelope=replace(MAIL.envelope, sender=sender)))
    assert sink.mails[0].sender == sent


def test_lines_of_dots_of_any_bytes_and_of_any_length_survive(relay: Relay, sink: Sink) -> None:
    raw = b"Subject: x\r\n\r\n.\r\n..\r\n" + b"x" * 100_000 + b"\r\n\xff\x00\r\n"
    deliver(relay, replace(MAIL, raw=raw))
    assert sink.mails[0].raw.replace(b"\r\n ", b"").endswith(raw)
    assert max(map(len, sink.mails[0].raw.split(b"\r\n"))) < 1_000
