"""Postal, self-hosted: JSON with the raw mail in it, signed by RSA with SHA-1 over the body.

Its ids count up from one for each of its servers, so they do not name a mail for good.
A 429 or any other 4xx makes Postal give a message up without telling anybody.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from pydantic import Field

from service.gateways.call import Call, Fields, Inbound, read_base64, read_json
from service.gateways.compose import Attachment, compose_mime
from service.gateways.signatures import verify_signature
from service.message import Envelope

_SIGNATURE: Final = "x-postal-signature"


class _Attachment(Fields):
    filename: str = ""
    content_type: str = ""
    data: str = ""


class _Payload(Fields):
    rcpt_to: str
    mail_from: str
    message: str | None = None
    # The parsed format ("Hash")
    subject: str | None = None
    message_id: str | None = None
    to: str | None = None
    cc: str | None = None
    date: str | None = None
    in_reply_to: str | None = None
    references: str | None = None
    auto_submitted: str | None = None
    reply_to: str | None = None
    plain_body: str | None = None
    html_body: str | None = None
    attachments: tuple[_Attachment, ...] = ()
    sender: str | None = Field(default=None, alias="from")


_HEADERS: Final = (
    ("From", "sender"), ("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to"), ("Date", "date"),
    ("Subject", "subject"), ("In-Reply-To", "in_reply_to"), ("References", "references"),
    ("Auto-Submitted", "auto_submitted"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Postal:
    """Calls of a Postal HTTP endpoint; ``key`` is the server's public signing key."""

    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey

    def verify(self, call: Call) -> None:
        signature = call.headers.get(_SIGNATURE, "")
        verify_signature(self.key, signature, call.body, SHA1())  # noqa: S303 - Postal's choice

    def read(self, call: Call) -> Inbound:
        payload = read_json(_Payload, call.body)
        raw = read_base64(payload.message) if payload.message else _composed(payload)
        envelope = Envelope(payload.mail_from.strip("<> "), (payload.rcpt_to,))
        return Inbound(raw, envelope)


def _composed(payload: _Payload) -> bytes:
    values = ((name, getattr(payload, key)) for name, key in _HEADERS)
    headers = [(name, value) for name, value in values if value]
    if payload.message_id:
        headers.append(("Message-ID", f"<{payload.message_id.strip('<> ')}>"))
    files = [
        Attachment(file.filename, file.content_type, read_base64(file.data))
        for file in payload.attachments
    ]
    return compose_mime(headers, payload.plain_body, payload.html_body or None, files)
