"""One customer message as data: what was sent, by whom, and what was odd about it. No I/O."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much of the message a defect may have cost."""

    COSMETIC = "cosmetic"  # read as meant
    LOSSY = "lossy"  # some text may be missing or garbled


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with a message, by name; never contains its content."""

    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (may be empty) and address in lower case."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SMTP said: reverse path (``""`` is the null sender, None unknown) and recipients."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment by name only; its content is never opened."""

    filename: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed message.

    Shapes:
        headers: decoded (name, value) pairs in the order received, names as sent.
        text: the visible body, quotes and signature still in it; HTML already turned to text.
        forwarded: the message attached as ``message/rfc822``, one level deep, if there is one.
    """

    subject: str = ""
    text: str = ""
    sender: Address | None = None
    message_id: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    envelope: Envelope = field(default_factory=Envelope)
    attachments: tuple[Part, ...] = ()
    forwarded: "Message | None" = None
    defects: tuple[Defect, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header, compared without case; None when absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
