"""Postal: JSON signed over the body, the raw mail inside or its parts."""

import json
from typing import Any

import pytest

from service.errors import Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.mail.parse import parse_message
from tests.gateways import postal_parsed, postal_raw, read, read_mail, signed_by_postal
from tests.mails import Mail, Sent


def altered(**fields: Any) -> Sent:  # noqa: ANN401 - JSON
    body = json.dumps(json.loads(postal_parsed(Mail()).body) | fields).encode()
    return Sent("/inbound/postal", body, signed_by_postal(body))


@pytest.mark.parametrize("value", ["", "AAAA", "Müller", "!"])
def test_a_missing_or_altered_signature_is_refused(value: str) -> None:
    sent = postal_raw(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body, {"X-Postal-Signature": value}))


def test_an_altered_body_is_refused() -> None:
    sent = postal_raw(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body.replace(b"12345", b"12346"), sent.headers))


def test_its_identifier_names_no_mail_because_it_starts_again_with_each_server() -> None:
    assert read_mail(postal_raw(Mail())).identifier is None


def test_fields_become_headers_where_they_are_set() -> None:
    raw = read_mail(altered(in_reply_to="<1@example.org>", reply_to="office@example.org")).raw
    message = parse_message(raw)
    assert message.header("In-Reply-To") == "<1@example.org>"
    assert message.header("Reply-To") == "office@example.org"
    assert message.header("Cc") is None
    bare = parse_message(read_mail(altered(message_id=None)).raw)
    assert bare.message_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {"rcpt_to": None},
        {"mail_from": 7},
        {"message": "not Base64!"},
        {"attachments": [{"data": "not Base64!"}]},
    ],
)
def test_what_is_not_documented_is_unreadable(fields: dict[str, object]) -> None:
    with pytest.raises(PayloadUnreadable):
        read(altered(**fields))
