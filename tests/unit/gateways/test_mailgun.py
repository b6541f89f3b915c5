"""Mailgun: a form, signed by HMAC over timestamp and token."""

import json
import time

import pytest

from service.errors import Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.gateways.mailgun import MAX_AGE_S
from service.mail.parse import parse_message
from tests.gateways import mailgun_fields, mailgun_parsed, mailgun_raw, read, read_mail
from tests.mails import Mail, Sent, form


def sent(fields: dict[str, str]) -> Sent:
    body, kind = form(dict(fields))
    return Sent("/inbound/mailgun", body, {"Content-Type": kind})


FIELDS = {"message-headers": "[]", "body-plain": "Hello"}


@pytest.mark.parametrize("name", ["timestamp", "token", "signature"])
@pytest.mark.parametrize("value", ["", "17", "Müller"])
def test_a_missing_or_altered_signature_is_refused(name: str, value: str) -> None:
    with pytest.raises(Unauthenticated):
        read(sent({**mailgun_fields(Mail()), **FIELDS, name: value}))


@pytest.mark.parametrize("age_s", [MAX_AGE_S + 60, -MAX_AGE_S - 60, time.time()])
def test_a_stale_signature_is_refused(age_s: float) -> None:
    timestamp = str(int(time.time() - age_s))
    with pytest.raises(Unauthenticated, match="too old"):
        read(sent({**mailgun_fields(Mail(), timestamp), **FIELDS}))


@pytest.mark.parametrize("timestamp", ["soon", "१७", "1e9"])
def test_a_timestamp_that_is_no_number_is_stale(timestamp: str) -> None:
    with pytest.raises(Unauthenticated, match="too old"):
        read(sent({**mailgun_fields(Mail(), timestamp), **FIELDS}))


def test_a_form_without_files_is_urlencoded_and_keeps_every_character() -> None:
    call = mailgun_parsed(Mail())
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_message(read_mail(call).raw).subject == "Lieferung PO 4471 für Müller"


def test_raw_mail_comes_to_an_address_that_ends_in_mime() -> None:
    assert mailgun_raw(Mail()).path.endswith("mime")


def test_all_recipients_of_one_call_are_known() -> None:
    mail = Mail(recipients=("info@example.com", "sales@example.com"))
    assert read_mail(mailgun_raw(mail)).envelope.recipients == mail.recipients


def test_an_unknown_sender_is_not_the_null_sender() -> None:
    fields = mailgun_fields(Mail())
    del fields["sender"]
    assert read_mail(sent({**fields, **FIELDS})).envelope.sender is None
    assert read_mail(sent({**fields, **FIELDS, "sender": "<>"})).envelope.sender == ""


def test_what_html_refers_to_keeps_its_identifier() -> None:
    raw = read_mail(mailgun_parsed(Mail(html="<img src='cid:ii_1'>", file=b"%PDF"))).raw
    assert b"Content-ID: <ii_1>" in raw


@pytest.mark.parametrize(
    "fields",
    [
        {"body-plain": "neither raw nor headers"},
        {**FIELDS, "message-headers": "{}"},
        {**FIELDS, "message-headers": json.dumps([["one"]])},
        {**FIELDS, "content-id-map": "not JSON"},
    ],
)
def test_what_is_not_documented_is_unreadable(fields: dict[str, str]) -> None:
    with pytest.raises(PayloadUnreadable):
        read(sent({**mailgun_fields(Mail()), **fields}))
