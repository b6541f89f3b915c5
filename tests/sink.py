"""A real SMTP server on loopback that keeps what it is given: the mail server behind the relay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from functools import cached_property

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


@dataclass(frozen=True)
class Received:
    """One SMTP transaction."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @cached_property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    def verdict(self) -> dict[str, str]:
        """The headers of ours."""
        return {k: v for k, v in self.message.items() if k.lower().startswith("x-signalbox-")}


@dataclass
class Sink:
    """What was received, and the replies that stand for trouble: at RCPT by address, at DATA."""

    port: int
    mails: list[Received] = field(default_factory=list)
    rcpt_replies: dict[str, str] = field(default_factory=dict)
    data_reply: str = "250 kept"

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        reply = self.rcpt_replies.get(address, "250 yes")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        if self.data_reply.startswith("250"):
            raw = envelope.original_content or b""
            mail = Received((envelope.mail_from or "").strip("<>"), tuple(envelope.rcpt_tos), raw)
            self.mails.append(mail)
        return self.data_reply

    def empty(self) -> None:
        """Forget all mails and all trouble."""
        self.mails.clear()
        self.rcpt_replies.clear()
        self.data_reply = "250 kept"

    def about(self, message_id: str) -> list[Received]:
        """What came of one mail."""
        return [mail for mail in self.mails if mail.message["Message-ID"] == message_id]


class _Controller(Controller):
    def factory(self) -> SMTP:
        server = SMTP(self.handler, data_size_limit=2**27, loop=self.loop)
        server.line_length_limit = 2**20
        return server


@contextmanager
def run_sink() -> Iterator[Sink]:
    """A sink that listens until the end of the block."""
    sink = Sink(free_port())
    controller = _Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
