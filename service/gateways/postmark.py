"""Postmark inbound: JSON, with the raw mail in it when "include raw email content" is on.

It signs nothing: the secret is the user and password of the URL it calls.
"""

from dataclasses import dataclass
from email.utils import quote

from pydantic import SecretStr

from service.gateways.call import Call, Fields, Inbound, read_base64, read_json
from service.gateways.compose import Attachment, compose_mime
from service.gateways.signatures import verify_basic
from service.message import Envelope


class _Header(Fields):
    Name: str
    Value: str


class _Attachment(Fields):
    Name: str = ""
    Content: str = ""
    Data: str = ""  # what test payloads call the content
    ContentType: str = ""
    ContentID: str | None = None


class _Payload(Fields):
    MessageID: str
    From: str = ""
    FromName: str = ""
    To: str = ""
    Cc: str = ""
    ReplyTo: str = ""
    Subject: str = ""
    Date: str = ""
    OriginalRecipient: str = ""
    TextBody: str | None = None
    HtmlBody: str | None = None
    RawEmail: str | None = None
    Headers: tuple[_Header, ...] = ()
    Attachments: tuple[_Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Postmark:
    """Calls of a Postmark inbound stream whose URL carries ``user:password``."""

    credentials: SecretStr

    def verify(self, call: Call) -> None:
        verify_basic(call, self.credentials.get_secret_value())

    def read(self, call: Call) -> Inbound:
        payload = read_json(_Payload, call.body)
        recipients = (payload.OriginalRecipient,) if payload.OriginalRecipient else ()
        envelope = Envelope(_return_path(payload), recipients)
        raw = payload.RawEmail.encode() if payload.RawEmail else _composed(payload)
        return Inbound(raw, envelope, payload.MessageID)


def _return_path(payload: _Payload) -> str | None:
    """The envelope sender: the first Return-Path is Postmark's, later ones are the sender's own."""
    found = next((h.Value for h in payload.Headers if h.Name.lower() == "return-path"), None)
    return None if found is None else found.strip("<> ")


def _composed(payload: _Payload) -> bytes:
    named = (
        ("From", f'"{quote(payload.FromName)}" <{payload.From}>' if payload.From else ""),
        ("To", payload.To),
        ("Cc", payload.Cc),
        ("Reply-To", payload.ReplyTo),
        ("Subject", payload.Subject),
        ("Date", payload.Date),
    )
    known = {header.Name.lower() for header in payload.Headers}
    headers = [(header.Name, header.Value) for header in payload.Headers]
    headers += [(name, value) for name, value in named if value and name.lower() not in known]
    attachments = [
        Attachment(a.Name, a.ContentType, read_base64(a.Content or a.Data), a.ContentID or "")
        for a in payload.Attachments
    ]
    return compose_mime(headers, payload.TextBody, payload.HtmlBody or None, attachments)
