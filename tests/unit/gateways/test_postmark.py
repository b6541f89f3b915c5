"""Postmark: JSON, a secret in the URL, the envelope sender in the first Return-Path."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from service.errors import Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.gateways.postmark import Postmark
from service.mail.parse import parse_message
from tests.gateways import postmark_parsed, postmark_raw, read, read_mail
from tests.mails import CREDENTIALS, Mail, Sent, basic, json_call


def altered(**fields: Any) -> Sent:  # noqa: ANN401 - JSON
    payload = json.loads(postmark_parsed(Mail()).body) | fields
    return json_call("/inbound/postmark", payload, basic())


def test_its_own_identifier_tells_a_retry() -> None:
    identifier = json.loads(postmark_raw(Mail()).body)["MessageID"]
    assert read_mail(postmark_raw(Mail())).identifier == identifier
    assert read_mail(postmark_parsed(Mail())).identifier == identifier


@pytest.mark.parametrize(
    "headers",
    [{}, basic("signalbox:wrong-password-here"), {"Authorization": "Bearer x"}, basic("x")],
)
def test_a_wrong_secret_is_refused(headers: dict[str, str]) -> None:
    sent = postmark_raw(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body, headers))


def test_the_scheme_may_be_written_in_any_case() -> None:
    value = basic()["Authorization"].replace("Basic", "bAsIc ")
    sent = Sent("/", b"", {"Authorization": value})
    Postmark(SecretStr(CREDENTIALS)).verify(sent.call())


def test_later_return_paths_are_the_senders_own() -> None:
    assert read_mail(altered()).envelope.sender == "mara@example.org"
    assert read_mail(altered(Headers=[])).envelope.sender is None


def test_fields_become_headers_unless_the_mail_has_them() -> None:
    replying = Mail(headers=(("Reply-To", "Büro <office@example.org>"),))
    message = parse_message(read_mail(postmark_parsed(replying)).raw)
    assert message.header("Reply-To") == "Büro <office@example.org>"
    assert [name for name, _ in message.headers].count("Reply-To") == 1
    bare = parse_message(read_mail(altered(ReplyTo="office@example.org", Cc="c@x.example")).raw)
    assert bare.header("Reply-To") == "office@example.org"
    assert bare.header("Cc") == "c@x.example"


def test_a_sender_without_a_name_or_an_address_is_kept_as_it_is() -> None:
    named = parse_message(read_mail(altered(FromName='Mara "M" Müller')).raw)
    assert named.header("From") == 'Mara "M" Müller <mara@example.org>'
    nameless = parse_message(read_mail(altered(FromName="")).raw)
    assert nameless.header("From") in {"<mara@example.org>", '"" <mara@example.org>'}
    assert parse_message(read_mail(altered(From="")).raw).header("From") is None


def test_test_payloads_call_the_content_of_files_data() -> None:
    attachment = {"Name": "a.txt", "Data": "aGVs\nbG8=", "ContentType": "text/plain"}
    assert b"aGVsbG8=" in read_mail(altered(Attachments=[attachment])).raw


def test_without_an_original_recipient_none_is_known() -> None:
    assert read_mail(altered(OriginalRecipient="")).envelope.recipients == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageID": None},
        {"Headers": {"Subject": "canary"}},
        {"Headers": [{"Name": "canary"}]},
        {"Attachments": [{"Name": "canary", "Content": "?canary?"}]},
        {"Attachments": [{"Name": "canary", "Content": "Müller"}]},
    ],
)
def test_what_is_not_documented_is_unreadable_and_not_repeated(fields: dict[str, object]) -> None:
    with pytest.raises(PayloadUnreadable) as caught:
        read(altered(**fields))
    assert "canary" not in str(caught.value)
