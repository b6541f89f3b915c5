"""CloudMailin: a form with the whole mail ("raw"), or JSON with its parts ("JSON normalized").

It answers the sending server with our status while that server waits: a 4xx is a bounce.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field, SecretStr

from service.gateways.call import (
    Call,
    Fields,
    Inbound,
    PayloadUnreadable,
    read_base64,
    read_json,
)
from service.gateways.compose import Attachment, compose_mime
from service.gateways.form import Form, read_form
from service.gateways.signatures import verify_basic
from service.message import Envelope


class _Envelope(Fields):
    to: str = ""
    sender: str | None = Field(default=None, alias="from")
    recipients: tuple[str, ...] = ()


class _Attachment(Fields):
    file_name: str = ""
    content_type: str = ""
    content: str = ""
    content_id: str | None = None
    url: str | None = None  # in place of the content, when an attachment store is set up


class _Payload(Fields):
    envelope: _Envelope
    headers: Mapping[str, str | list[str]] = Field(default_factory=dict)
    plain: str | None = None
    html: str | None = None
    attachments: tuple[_Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class CloudMailin:
    """Calls of a CloudMailin address whose target URL carries ``user:password``."""

    credentials: SecretStr

    def verify(self, call: Call) -> None:
        verify_basic(call, self.credentials.get_secret_value())

    def read(self, call: Call) -> Inbound:
        if call.headers.get("content-type", "").lower().startswith("multipart/"):
            return _read_raw(read_form(call))
        payload = read_json(_Payload, call.body)
        return Inbound(_composed(payload), _envelope(payload.envelope))


def _envelope(said: _Envelope) -> Envelope:
    sender = None if said.sender is None else said.sender.strip("<> ")
    return Envelope(sender, said.recipients or ((said.to,) if said.to else ()))


def _read_raw(form: Form) -> Inbound:
    """The mail of the raw format; keys of the envelope stand in brackets."""
    raw = form.fields.get("message")
    if not raw:
        raise PayloadUnreadable("a form without message: use the raw or the JSON format")
    names = [name for name in form.fields if name.startswith("envelope[recipients]")]
    sender = form.text("envelope[from]") if "envelope[from]" in form.fields else None
    said = {
        "from": sender, "to": form.text("envelope[to]"), "recipients": [*map(form.text, names)],
    }  # fmt: skip
    return Inbound(raw, _envelope(_Envelope.model_validate(said)))


def _composed(payload: _Payload) -> bytes:
    """The mail from parts; names come as ``message_id``, values that repeat as lists."""
    headers = [
        (name.replace("_", "-").title(), value)
        for name, values in payload.headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    attachments = [_attachment(attached) for attached in payload.attachments]
    return compose_mime(headers, payload.plain, payload.html or None, attachments)


def _attachment(attached: _Attachment) -> Attachment:
    if attached.url is not None:
        name, link = f"{attached.file_name}.url.txt", attached.url.encode()
        return Attachment(name, "text/uri-list", link)
    return Attachment(
        attached.file_name,
        attached.content_type,
        read_base64(attached.content),
        attached.content_id or "",
    )
