"""Stalwart MTA hooks: JSON at the stage ``data``; our answer changes the recipients at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, SecretStr

from service.gateways.call import Call, Fields, Inbound, read_json
from service.gateways.signatures import verify_basic
from service.message import Envelope


class _Mailbox(Fields):
    address: str


class _Envelope(Fields):
    sender: _Mailbox = Field(alias="from")
    to: tuple[_Mailbox, ...] = ()


class _Contents(Fields):
    headers: tuple[tuple[str, str], ...] = ()
    contents: str = ""


class _Queue(Fields):
    id: str | None = None


class _Context(Fields):
    stage: str = ""
    queue: _Queue = _Queue()


class _Payload(Fields):
    envelope: _Envelope
    message: _Contents
    context: _Context = _Context()


@dataclass(frozen=True, slots=True)
class Stalwart:
    """Calls of a Stalwart server whose hook carries ``user:password``.

    ``served`` are the shared addresses, in lower case: the only recipients that we may replace.
    """

    credentials: SecretStr
    served: frozenset[str]

    def verify(self, call: Call) -> None:
        verify_basic(call, self.credentials.get_secret_value())

    def read(self, call: Call) -> Inbound:
        payload = read_json(_Payload, call.body)
        envelope = Envelope(
            payload.envelope.sender.address.strip("<> "),
            tuple(mailbox.address for mailbox in payload.envelope.to),
        )
        block = "".join(f"{name}: {value.strip()}\r\n" for name, value in payload.message.headers)
        return Inbound(f"{block}\r\n{payload.message.contents}".encode(), envelope)


def accept(
    recipients: Sequence[str],
    served: frozenset[str],
    addresses: Sequence[str],
    headers: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """The hook's answer: to ``addresses`` instead of the served recipients, ``headers`` added.

    Other recipients of the same mail keep it. Without addresses, or when none of the recipients
    is served, the mail goes where it was going.
    """
    modifications: list[dict[str, str]] = []
    if addresses and any(each.lower() in served for each in recipients):
        removed = [e for e in recipients if e.lower() in served and e not in addresses]
        modifications += [{"type": "deleteRecipient", "value": address} for address in removed]
        added = [address for address in addresses if address not in recipients]
        modifications += [{"type": "addRecipient", "value": address} for address in added]
    modifications += [
        {"type": "addHeader", "name": name, "value": value} for name, value in headers
    ]
    return {"action": "accept", "modifications": modifications}
