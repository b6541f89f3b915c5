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
from service.errors import Overloaded, Unavailable
from service.gateways.call import Inbound
from service.store import Store
from service.verdict import UNCLASSIFIED, Verdict, stamp

_TIMEOUT_S: Final = 30.0  # for each step of the transaction
# RFC 5321, 4.5.3.1.6: many servers refuse longer ones. Postfix breaks them in the same way.
_LONG_LINE: Final = re.compile(rb"[^\r\n]{996}(?=[^\r\n]{2})")
_FOLD: Final = re.compile(rb"\n[ \t]+")
_OF_THE_WRITER: Final = (b"message-id", b"date", b"from", b"subject")
_HOSTNAME: Final = socket.gethostname()


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
    _running: set[str] = field(default_factory=set)

    async def deliver(self, mail: Inbound, ask: Callable[[], Awaitable[Verdict]]) -> Verdict | None:
        """Hand ``mail`` on to where ``ask`` says, once; None if that was done before.

        Raises:
            Unavailable, Overloaded: not every mailbox has it; the caller keeps it and comes back.
        """
        key = key_of(mail)
        if key in self._running:  # a gateway that did not wait for the first answer
            raise Unavailable("the same mail is being handed on")
        self._running.add(key)
        try:
            return await self._deliver(key, mail, ask)
        finally:
            self._running.discard(key)

    async def _deliver(
        self, key: str, mail: Inbound, ask: Callable[[], Awaitable[Verdict]]
    ) -> Verdict | None:
        handover = await asyncio.to_thread(self.store.meet, key)
        if handover.handed_on_at is not None:
            return None
        is_late = time.time() - handover.first_seen_at > self.fallback_after_s
        try:
            verdict = await ask()
            await self._send(mail, verdict)
        except (Unavailable, Overloaded):
            if not is_late:
                raise
            verdict = Verdict(UNCLASSIFIED, (self.fallback,))
            await self._send(mail, verdict)
        await self._settle(key)
        return verdict

    async def _settle(self, key: str) -> None:
        """Note that it is done. If that fails, saying so would only bring the mail again."""
        try:
            await asyncio.to_thread(self.store.settle, key)
        except Unavailable:
            structlog.get_logger().exception(telemetry.NOT_NOTED)

    async def _send(self, mail: Inbound, verdict: Verdict) -> None:
        """One SMTP transaction for all addresses: every one accepts, or none has it."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            start_tls=self.is_tls,
            timeout=_TIMEOUT_S,
            local_hostname=_HOSTNAME,
        )
        stamped = await asyncio.to_thread(_ready, mail.raw, verdict)  # 0.1 s for the largest
        is_bounce = mail.envelope.sender == ""  # and stays one: RFC 5321, 4.5.5
        try:
            await client.connect()
            await client.ehlo()
            options = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
            await client.mail("" if is_bounce else self.fallback, options=options)
            for address in verdict.addresses:
                await client.rcpt(address)
            await client.data(stamped)
            with suppress(aiosmtplib.SMTPException, OSError):  # it has the mail, whatever comes now
                await client.quit()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(f"the mail server refuses: {type(error).__name__}") from error
        finally:
            client.close()


def _ready(raw: bytes, verdict: Verdict) -> bytes:
    return _LONG_LINE.sub(rb"\g<0>\r\n ", stamp(raw, verdict))


def key_of(mail: Inbound) -> str:
    """The same for two copies of one mail to the same recipients, however they came, hex.

    By the gateway's identifier where there is one, else by what its writer set and its body:
    servers on the way add headers. Without a Message-ID every byte counts, so that two customers
    who write the same two words are not one.
    """
    digest = sha256("\0".join(sorted(mail.envelope.recipients)).encode("utf-8", "surrogateescape"))
    if mail.identifier is not None:
        digest.update(f"\0{mail.identifier}".encode())
        return digest.hexdigest()
    head, _, body = mail.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = _FOLD.sub(b" ", head).split(b"\n")
    pairs = (line.partition(b":") for line in lines)
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    own = [fields.get(name, b"") for name in _OF_THE_WRITER]
    digest.update(b"\0".join([b"", *(own if own[0] else lines), body]))
    return digest.hexdigest()
