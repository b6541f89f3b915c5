"""CloudMailin: the raw format is a form, the normalized one JSON; the secret is in the URL."""

import json
from base64 import b64encode
from typing import Any

import pytest

from service.errors import Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.mail.parse import parse_message
from tests.gateways import cloudmailin_json, cloudmailin_raw, read, read_mail
from tests.mails import Mail, Sent, basic, form, json_call


def altered(**fields: Any) -> Sent:  # noqa: ANN401 - JSON
    payload = json.loads(cloudmailin_json(Mail()).body) | fields
    return json_call("/inbound/cloudmailin", payload, basic())


def test_a_wrong_secret_is_refused() -> None:
    sent = cloudmailin_json(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body, {**sent.headers, **basic("signalbox:guessed-password")}))


def test_names_and_repeated_headers_are_put_back() -> None:
    message = parse_message(read_mail(cloudmailin_json(Mail())).raw)
    assert message.header("Message-Id") == "<4471@example.org>"
    assert [name for name, _ in message.headers].count("Received") == 2


def test_all_recipients_of_one_call_are_known() -> None:
    mail = Mail(recipients=("info@example.com", "sales@example.com"))
    for send in (cloudmailin_json, cloudmailin_raw):
        assert read_mail(send(mail)).envelope.recipients == mail.recipients


@pytest.mark.parametrize(
    ("said", "recipients"), [({"to": "info@example.com"}, ("info@example.com",)), ({}, ())]
)
def test_the_envelope_may_name_one_recipient_or_none(
    said: dict[str, str], recipients: tuple[str, ...]
) -> None:
    envelope = read_mail(altered(envelope=said)).envelope
    assert envelope.recipients == recipients
    assert envelope.sender is None
    fields: dict[str, str | bytes] = {f"envelope[{name}]": value for name, value in said.items()}
    body, kind = form({**fields, "message": "Subject: x\r\n\r\nHello"})
    mail = read_mail(Sent("/inbound/cloudmailin", body, {"Content-Type": kind, **basic()}))
    assert mail.envelope == envelope


def test_a_file_kept_elsewhere_leaves_its_address_in_the_mail() -> None:
    url = "https://store.example.net/a.pdf"
    raw = read_mail(altered(attachments=[{"file_name": "a.pdf", "url": url}])).raw
    assert b64encode(url.encode()) in raw
    assert parse_message(raw).attachments[0].filename == "a.pdf.url.txt"


@pytest.mark.parametrize(
    "fields",
    [
        {"envelope": None},
        {"headers": {"subject": 7}},
        {"attachments": [{"content": "not Base64!"}]},
    ],
)
def test_what_is_not_documented_is_unreadable(fields: dict[str, object]) -> None:
    with pytest.raises(PayloadUnreadable):
        read(altered(**fields))


def test_the_multipart_normalized_format_is_unreadable() -> None:
    body, kind = form({"envelope[to]": "info@example.com", "plain": "Hello"})
    with pytest.raises(PayloadUnreadable, match="raw or the JSON"):
        read(Sent("/inbound/cloudmailin", body, {"Content-Type": kind, **basic()}))
