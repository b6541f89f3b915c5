"""SendGrid: a multipart form signed over timestamp and body, each field in its own charset."""

import json

import pytest

from service.errors import MessageRefused, Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.mail.parse import parse_message
from tests.gateways import read, read_mail, sendgrid_raw, signed_by_sendgrid
from tests.mails import Mail, Sent, form

FIELDS: dict[str, str | bytes] = {
    "headers": "From: a@example.org\nSubject: Hello\n",
    "text": "Where is it?",
    "envelope": json.dumps({"to": ["info@example.com"], "from": "a@example.org"}),
}


def sent(fields: dict[str, str | bytes]) -> Sent:
    body, kind = form(fields)
    return Sent("/inbound/sendgrid", body, {"Content-Type": kind, **signed_by_sendgrid(body)})


@pytest.mark.parametrize("name", list(signed_by_sendgrid(b"")))
@pytest.mark.parametrize("value", ["", "1794819121", "MEUCIQ==", "Müller", "!"])
def test_a_missing_or_altered_signature_is_refused(name: str, value: str) -> None:
    good = sendgrid_raw(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(good.path, good.body, {**good.headers, name: value}))


def test_an_altered_body_is_refused() -> None:
    good = sendgrid_raw(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(good.path, good.body.replace(b"4471", b"4472"), good.headers))


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        ("iso-8859-1", "Größe".encode("latin-1")),
        ("windows-1252", "Größe".encode("cp1252")),
        ("UTF-8", "Größe".encode()),
        ("no-such-charset", "Größe".encode()),
        ("idna", "Größe".encode()),
        ("rot13", "Größe".encode()),
        ("nul\0", "Größe".encode()),
        ("iso-2022-jp", b"\x1b$B8+@Q\x1b(B"),
    ],
)
def test_text_is_decoded_by_its_own_charset(charset: str, encoded: bytes) -> None:
    charsets = json.dumps({"text": charset})
    mail = read_mail(sent({**FIELDS, "text": encoded, "charsets": charsets}))
    assert parse_message(mail.raw).text in {"Größe", "見積"}


def test_what_html_refers_to_keeps_its_identifier() -> None:
    info = json.dumps(
        {"attachment1": {"filename": "a.png", "type": "image/png", "content-id": "x"}}
    )
    files = [("attachment1", ("b", b"png", "")), ("attachment2", ("c.txt", b"text", "text/plain"))]
    body, kind = form({**FIELDS, "html": "<img src='cid:x'>", "attachment-info": info}, files)
    raw = read_mail(
        Sent("/inbound/sendgrid", body, {"Content-Type": kind, **signed_by_sendgrid(body)})
    ).raw
    assert b"Content-ID: <x>" in raw
    assert [part.filename for part in parse_message(raw).attachments] == ["a.png", "c.txt"]


def test_headers_may_be_folded_and_encoded() -> None:
    block = "From: a@example.org\r\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n =?utf-8?q?_XL?=\r\n"
    mail = read_mail(sent({**FIELDS, "headers": block}))
    assert parse_message(mail.raw).subject == "Größe XL"


def test_a_form_without_text_is_a_mail_without_text() -> None:
    mail = read_mail(sent({"headers": FIELDS["headers"]}))
    assert parse_message(mail.raw).text == ""
    assert mail.envelope.sender is None


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "neither headers nor email"},
        {**FIELDS, "envelope": "not JSON"},
        {**FIELDS, "envelope": '{"to": 7}'},
        {**FIELDS, "charsets": "[]"},
        {**FIELDS, "attachment-info": '{"attachment1": 7}'},
    ],
)
def test_what_is_not_documented_is_unreadable(fields: dict[str, str | bytes]) -> None:
    with pytest.raises(PayloadUnreadable):
        read(sent(fields))


def test_headers_over_a_bound_are_refused_as_in_raw_mail() -> None:
    with pytest.raises(MessageRefused):
        read(sent({**FIELDS, "headers": "X: y\n" * 5_000}))
