"""Mail to the mailbox of its team: by SMTP, once, and acknowledged only when it got there."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import aiosmtplib
import structlog

from service import telemetry
from service.errors import Overloaded, Unavailable, Undecided
from service.gateways.call import Inbound
from service.mail.limits import MAX_HEADER_BLOCK_BYTES
from service.store import Store
from service.verdict import UNCLASSIFIED, Verdict, stamp

_TIMEOUT_S: Final = 30.0  # for each step of the transaction but the last
_DATA_TIMEOUT_S: Final = 600.0  # RFC 5321, 4.5.3.2.6: the server may look at the mail first
_HOSTNAME: Final = socket.gethostname()
# What EHLO says: servers often refuse a name without a domain.
_EHLO: Final = _HOSTNAME if "." in _HOSTNAME else "[127.0.0.1]"
# RFC 5321, 4.5.3.1.6: many servers refuse longer lines. Postfix breaks them in the same way.
_MAX_LINE_BYTES: Final = 998
_FOLD: Final = re.compile(rb"\n[ \t]+")
_OF_THE_WRITER: Final = (b"message-id", b"date", b"from", b"subject")
_OF_THE_WAY: Final = (b"x-signalbox-", b"resent-")  # it was here before, and was sent back


@dataclass(frozen=True, slots=True)
class Relay:
    """Hands mail on to the server at ``host:port`` and keeps in mind what it has handed on.

    ``fallback`` is a mailbox that people read. It gets what nobody could classify or deliver for
    ``fallback_after_s``, and it is the envelope sender of all that goes out: when a mailbox
    behind us fails, we must hear of it, not the customer.
    """

    store: Store
    host: str
    port: int
    fallback: str
    fallback_after_s: float
    is_tls: bool = False
    _running: dict[str, asyncio.Task[Verdict | None]] = field(default_factory=dict)

    async def deliver(self, mail: Inbound, ask: Callable[[], Awaitable[Verdict]]) -> Verdict | None:
        """Hand ``mail`` on to where ``ask`` says, once; None if that was done before.

        A caller that does not wait for the end changes nothing: what was begun is finished.

        Raises:
            Unavailable, Overloaded: not every mailbox has it; the caller keeps it and comes back.
        """
        key = await asyncio.to_thread(key_of, mail)
        if key in self._running:  # a gateway that did not wait for the first answer
            raise Unavailable("the same mail is being handed on")
        task = asyncio.create_task(self._deliver(key, mail, ask))
        self._running[key] = task
        task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def _end(self, key: str, task: "asyncio.Task[Verdict | None]") -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # looked at, also when the caller is gone

    async def _deliver(
        self, key: str, mail: Inbound, ask: Callable[[], Awaitable[Verdict]]
    ) -> Verdict | None:
        handover = await asyncio.to_thread(self.store.meet, key)
        if handover.handed_on_at is not None:
            return None
        is_late = time.time() - handover.first_seen_at > self.fallback_after_s
        try:
            verdict = await ask()
            await self._send(key, mail, verdict)
        except (Unavailable, Overloaded) as error:
            if not is_late or isinstance(error, Undecided):
                raise
            verdict = Verdict(UNCLASSIFIED, (self.fallback,))
            await self._send(key, mail, verdict)
        return verdict

    async def _settle(self, key: str) -> None:
        """Note that it is done. If that fails, saying so would only bring the mail again."""
        try:
            await asyncio.to_thread(self.store.settle, key)
        except Unavailable:
            structlog.get_logger().exception(telemetry.NOT_NOTED)

    async def _send(self, key: str, mail: Inbound, verdict: Verdict) -> None:
        """One SMTP transaction for all addresses: every one accepts, or none has it."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            start_tls=self.is_tls,
            timeout=_TIMEOUT_S,
            local_hostname=_EHLO,
        )
        stamped = await asyncio.to_thread(_ready, mail.raw, verdict)
        is_bounce = mail.envelope.sender == ""  # and stays one: RFC 5321, 4.5.5
        try:
            await client.connect()
            await client.ehlo()
            options = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
            await client.mail("" if is_bounce else self.fallback, options=options)
            for address in verdict.addresses:
                await client.rcpt(address)
            await _submit(client, stamped)
            await self._settle(key)
            with suppress(aiosmtplib.SMTPException, OSError):  # it has the mail, whatever comes now
                await client.quit()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(f"the mail server refuses: {type(error).__name__}") from error
        finally:
            client.close()


async def _submit(client: aiosmtplib.SMTP, raw: bytes) -> None:
    """Send the mail itself; only an answer says whether it was taken."""
    try:
        await client.data(raw, timeout=_DATA_TIMEOUT_S)
    except aiosmtplib.SMTPResponseException:
        raise
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Undecided("the mail server did not say whether it took the mail") from error


def _ready(raw: bytes, verdict: Verdict) -> bytes:
    """The stamped mail, its long lines broken."""
    lines = stamp(raw, verdict).split(b"\r\n")
    return b"\r\n".join(line if len(line) <= _MAX_LINE_BYTES else _fold(line) for line in lines)


def _fold(line: bytes) -> bytes:
    pieces = range(_MAX_LINE_BYTES, len(line), _MAX_LINE_BYTES - 1)
    rest = (line[start : start + _MAX_LINE_BYTES - 1] for start in pieces)
    return b"\r\n ".join([line[:_MAX_LINE_BYTES], *rest])


def key_of(mail: Inbound) -> str:
    """The same for two copies of one mail to the same recipients, however they came, hex.

    By the gateway's identifier where there is one, else by what its writer set and its body:
    servers on the way add headers. Without a Message-ID every byte counts, so that two customers
    who write the same two words are not one. A mail that was here before and was sent back to us
    is another: it goes to people.
    """
    digest = sha256("\0".join(sorted(mail.envelope.recipients)).encode("utf-8", "surrogateescape"))
    if mail.identifier is not None:
        digest.update(f"\0{mail.identifier}".encode())
        return digest.hexdigest()
    head, _, body = mail.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = _FOLD.sub(b" ", head[:MAX_HEADER_BLOCK_BYTES]).split(b"\n")
    pairs = (line.partition(b":") for line in lines)
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    own = [fields.get(name, b"") for name in _OF_THE_WRITER]
    own += sorted(line for line in lines if line.lower().startswith(_OF_THE_WAY))
    digest.update(b"\0".join([b"", *own] if own[0] else [b"", head]) + b"\0")
    digest.update(body)
    return digest.hexdigest()
