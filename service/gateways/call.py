"""What every gateway has in common: a call with a body, and the mail found in it."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import MessageRefused
from service.message import Envelope

Payload = TypeVar("Payload", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request of a gateway: header names in lower case, the body as sent."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Inbound:
    """The mail in a call. ``identifier`` is the gateway's own name for it, the same on a retry."""

    raw: bytes
    envelope: Envelope
    identifier: str | None = None


class Gateway(Protocol):
    """One provider of inbound mail."""

    def verify(self, call: Call) -> None:
        """Raise Unauthenticated unless the call proves that it comes from the provider."""

    def read(self, call: Call) -> Inbound | None:
        """The mail of a verified call; None when it carries none and all is done.

        Raises:
            PayloadUnreadable: it is not what the provider documents.
        """


class PayloadUnreadable(MessageRefused):
    """A verified call whose payload is not what its gateway documents."""

    def __init__(self, detail: str) -> None:
        super().__init__("payload", detail)


class Fields(BaseModel):
    """Base of payloads: gateways may add keys at any time."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_json(kind: type[Payload], body: bytes | str) -> Payload:
    """The payload in a JSON body.

    Raises:
        PayloadUnreadable: not JSON, or not a ``kind``; never names a value.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise PayloadUnreadable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def read_base64(encoded: str) -> bytes:
    """The bytes of a Base64 field, which may have line ends.

    Raises:
        PayloadUnreadable: it is not Base64.
    """
    try:
        return b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise PayloadUnreadable("a field that should be Base64 is not") from error
