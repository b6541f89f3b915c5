"""SendGrid Inbound Parse: a multipart form, with the raw mail in it when "send raw" is on.

Signed by ECDSA over the timestamp and the body. It has no identifier of its own.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import ConfigDict, Field

from service.gateways.call import Call, Fields, Inbound, PayloadUnreadable, read_json
from service.gateways.compose import Attachment, compose_mime
from service.gateways.form import Form, read_form
from service.gateways.signatures import verify_signature
from service.mail.headers import decode_header, split_headers
from service.message import Envelope

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"


class _Envelope(Fields):
    sender: str | None = Field(default=None, alias="from")
    to: tuple[str, ...] = ()


class _FileInfo(Fields):
    content_id: str = Field(default="", alias="content-id")
    type: str = ""
    filename: str = ""


class _Files(Fields):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _FileInfo]


class _Charsets(Fields):
    text: str = "utf-8"
    html: str = "utf-8"


@dataclass(frozen=True, slots=True)
class SendGrid:
    """Calls of an Inbound Parse host; ``key`` is the public key of its signature policy."""

    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey

    def verify(self, call: Call) -> None:
        signed = call.headers.get(_TIMESTAMP, "").encode() + call.body
        verify_signature(self.key, call.headers.get(_SIGNATURE, ""), signed, SHA256())

    def read(self, call: Call) -> Inbound:
        form = read_form(call)
        said = read_json(_Envelope, form.fields.get("envelope", b"{}"))
        envelope = Envelope(said.sender, said.to)
        if raw := form.fields.get("email"):
            return Inbound(raw, envelope)
        if "headers" not in form.fields:
            raise PayloadUnreadable("neither email nor headers")
        return Inbound(_composed(form), envelope)


def _composed(form: Form) -> bytes:
    block = form.fields["headers"].replace(b"\r\n", b"\n")
    headers = [(name, decode_header(value)) for name, value in split_headers(block)[0]]
    charsets = read_json(_Charsets, form.fields.get("charsets", b"{}"))
    infos = read_json(_Files, form.fields.get("attachment-info", b"{}")).__pydantic_extra__
    attachments = []
    for file in form.files:
        info = infos.get(file.name, _FileInfo())
        filename = info.filename or file.filename
        kind = info.type or file.content_type
        attachments.append(Attachment(filename, kind, file.content, info.content_id))
    text = form.text("text", charsets.text) if "text" in form.fields else None
    html = form.text("html", charsets.html) if "html" in form.fields else None
    return compose_mime(headers, text, html, attachments)
