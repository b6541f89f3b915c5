"""Mailgun routes: a form of fields, or the raw mail when the forward URL ends in "mime".

Signed by HMAC over a timestamp and a token, not over the mail: TLS must keep both together.
"""

import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pydantic import RootModel, SecretStr

from service.errors import Unauthenticated
from service.gateways.call import Call, Inbound, PayloadUnreadable, read_json
from service.gateways.compose import Attachment, compose_mime
from service.gateways.form import Form, read_form, read_signed_fields
from service.message import Envelope

# Mailgun signs each attempt anew and tries for 8 hours; clocks may be off by minutes.
MAX_AGE_S: Final = 600


class _Headers(RootModel[tuple[tuple[str, str], ...]]):
    """The field message-headers: pairs in order."""


class _ContentIds(RootModel[dict[str, str]]):
    """The field content-id-map: content id to name of the file's field."""


@dataclass(frozen=True, slots=True)
class Mailgun:
    """Calls of a Mailgun route, signed with the account's HTTP webhook signing key."""

    signing_key: SecretStr
    now_s: Callable[[], float] = time.time

    def verify(self, call: Call) -> None:
        try:
            form = read_signed_fields(call, ("timestamp", "token", "signature"))
        except PayloadUnreadable as error:
            raise Unauthenticated("no form, so no signature") from error
        timestamp, token = form.text("timestamp"), form.text("token")
        key = self.signing_key.get_secret_value().encode()
        wanted = hmac.new(key, (timestamp + token).encode(), sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), form.fields.get("signature", b"")):
            raise Unauthenticated("the signature is missing or wrong")
        if abs(self.now_s() - _seconds(timestamp)) > MAX_AGE_S:
            raise Unauthenticated("the signature is too old")

    def read(self, call: Call) -> Inbound:
        form = read_form(call)
        recipients = tuple(form.text("recipient").replace(",", " ").split())
        sender = form.text("sender").strip("<> ") if "sender" in form.fields else None
        envelope = Envelope(sender, recipients)
        raw = form.fields.get("body-mime")
        return Inbound(raw or _composed(form), envelope)


def _seconds(timestamp: str) -> float:
    return float(timestamp) if timestamp.isascii() and timestamp.isdigit() else 0.0


def _composed(form: Form) -> bytes:
    if "message-headers" not in form.fields:
        raise PayloadUnreadable("neither body-mime nor message-headers")
    headers: Sequence[tuple[str, str]]
    headers = read_json(_Headers, form.fields["message-headers"]).root
    identifiers = read_json(_ContentIds, form.fields.get("content-id-map", b"{}")).root
    names = {field: content_id for content_id, field in identifiers.items()}
    attachments = [
        Attachment(file.filename, file.content_type, file.content, names.get(file.name, ""))
        for file in form.files
    ]
    html = form.text("body-html") if "body-html" in form.fields else None
    return compose_mime(headers, form.text("body-plain"), html, attachments)
