"""An LMTP and SMTP listener for Postfix, Exim and friends: classify, stamp, hand on, then say 250.

Whatever goes wrong is 451: the mail server in front keeps the mail and comes back. Nothing here is
ever a reason to bounce a customer.
"""

import asyncio
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Final

import aiosmtpd.smtp
import httpx2
import structlog
from pydantic import ValidationError

from service import telemetry
from service.api.routes import RAW
from service.api.schemas import ClassifyResponse
from service.errors import Overloaded, Unavailable
from service.gateways.call import Inbound
from service.message import Envelope
from service.relay import Relay
from service.verdict import UNCLASSIFIED, Verdict

MAX_MAIL_BYTES: Final = 64 * 2**20  # the server in front has its own, lower bound
_FLUSH_S: Final = 0.1  # for the last replies to leave
_DONE: Final = "250 2.0.0 handed on"
_TOO_LARGE: Final = "452 4.3.1 too large for Signalbox"
_LATER: Final = "451 4.3.0 not handed on, come again"
# The service will not read this mail however often it is asked: a person must.
_REFUSED: Final = frozenset({400, 413, 415, 422})
_ADDRESS: Final = re.compile(r"\s*<(.*)>\s*(.*)")


class Listener:
    """What answers each mail; one for the whole process."""

    def __init__(self, relay: Relay, client: httpx2.AsyncClient, classify_url: str) -> None:
        self._relay = relay
        self._client = client
        self._classify_url = classify_url
        self._working: set[asyncio.Future[None]] = set()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self,
        server: "Session",
        _: aiosmtpd.smtp.Session,
        envelope: aiosmtpd.smtp.Envelope,
    ) -> str:
        """The reply to a mail; in LMTP one line for each recipient (RFC 2033, 4.2)."""
        with self._at_work():
            reply = await self._answer(envelope)
        return "\r\n".join([reply] * (len(envelope.rcpt_tos) if server.is_lmtp else 1))

    async def handle_exception(self, _: Exception) -> str:
        """The reply to what aiosmtpd did not expect; it has logged where."""
        return _LATER

    async def finish(self, timeout_s: float) -> None:
        """Wait for the mails that are being answered."""
        if self._working:
            await asyncio.wait(self._working, timeout=timeout_s)
        await asyncio.sleep(_FLUSH_S)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._working.add(done)
        try:
            yield
        finally:
            self._working.discard(done)
            done.set_result(None)

    async def _answer(self, envelope: aiosmtpd.smtp.Envelope) -> str:
        started = perf_counter()
        raw = envelope.original_content or b""
        sender = (envelope.mail_from or "").strip("<>")
        mail = Inbound(raw, Envelope(sender, tuple(envelope.rcpt_tos)))
        log = structlog.get_logger()
        known: dict[str, object] = {}
        try:
            verdict = await self._relay.deliver(mail, lambda: self._ask(mail))
        except (Unavailable, Overloaded) as error:
            reply, known = _LATER, {"error": str(error)}
        except Exception:  # the edge: the mail stays in the queue, we get a line
            log.exception("internal_error")
            reply = _LATER
        else:
            reply, known = _DONE, _log_fields(verdict)
        total_ms = 1e3 * (perf_counter() - started)
        log.info(telemetry.HANDOVER, reply=reply[:3], total_ms=total_ms, **known)
        return reply

    async def _ask(self, mail: Inbound) -> Verdict:
        headers = {
            b"Content-Type": RAW.encode(),
            b"X-Envelope-From": _octets(mail.envelope.sender or ""),
            b"X-Envelope-To": _octets(",".join(mail.envelope.recipients)),
        }
        try:
            answer = await self._client.post(self._classify_url, content=mail.raw, headers=headers)
        except httpx2.HTTPError as error:
            raise Unavailable(f"no answer from the service: {type(error).__name__}") from error
        fallback = self._relay.fallback
        if answer.status_code in _REFUSED:
            return Verdict(UNCLASSIFIED, (fallback,), reason="refused")
        if answer.status_code != httpx2.codes.OK:
            raise Unavailable(f"the service answers {answer.status_code}")
        try:
            return ClassifyResponse.model_validate_json(answer.content).verdict(fallback)
        except ValidationError as error:
            raise Unavailable("the service answers something else") from error


def _octets(text: str) -> bytes:
    """The bytes that came; aiosmtpd keeps those that are not UTF-8 as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _log_fields(verdict: Verdict | None) -> dict[str, object]:
    if verdict is None:
        return {"duplicate": True}
    return {
        "decision_id": verdict.decision_id,
        "outcome": verdict.outcome,
        "label": verdict.label,
        "n_mailboxes": len(verdict.addresses),
    }


class Session(aiosmtpd.smtp.SMTP):
    """One connection: SMTP after EHLO, LMTP after LHLO.

    Takes any address and any line: what the server in front accepted is not ours to bounce.
    """

    line_length_limit = MAX_MAIL_BYTES
    is_lmtp = False

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name for it
        """Begin an LMTP session (RFC 2033, 4.1)."""
        await self.smtp_EHLO(hostname)
        self.is_lmtp = True

    async def push(self, status: str | bytes) -> None:
        """Send a reply; one that would be final is one for later, so that somebody looks."""
        text = status.decode() if isinstance(status, bytes) else status
        await super().push(f"451 4.3.0 {text[4:]}" if text.startswith("5") else text)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name for it
        """Take the mail into one buffer: aiosmtpd's own keeps an object for each line."""
        if arg or self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 need RCPT first, and no argument")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        data = bytearray()
        while (line := await self._reader.readuntil(b"\r\n")) != b".\r\n":
            if len(data) <= MAX_MAIL_BYTES:  # the rest is read and forgotten
                data += line[line.startswith(b".") :]
        is_whole = len(data) <= MAX_MAIL_BYTES
        self.envelope.original_content = self.envelope.content = bytes(data)
        status = await self._call_handler_hook("DATA") if is_whole else _TOO_LARGE
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Address and parameters; aiosmtpd refuses for ever what its own parser cannot read."""
        found = _ADDRESS.fullmatch(arg)
        return (found[1] or "<>", found[2]) if found else (arg.strip() or None, "")


async def listen(
    listener: Listener,
    host: str,
    port: int,
    *,
    stop_timeout_s: float,
    announce: Callable[[str, int], None],
) -> None:
    """Answer until SIGTERM or SIGINT, then finish what was begun."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = await loop.create_server(partial(_session, listener, loop), host, port)
    announce(*server.sockets[0].getsockname()[:2])
    await stopping.wait()
    server.close()
    await listener.finish(stop_timeout_s)


def _session(listener: Listener, loop: asyncio.AbstractEventLoop) -> Session:
    return Session(
        listener,
        data_size_limit=MAX_MAIL_BYTES,
        enable_SMTPUTF8=True,
        ident="Signalbox",
        loop=loop,
    )
