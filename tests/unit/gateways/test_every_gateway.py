"""What holds for all gateways: the mail comes out whole, and only with its proof."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import MessageRefused, Unauthenticated
from service.gateways.statuses import PATHS, Provider
from service.mail.parse import parse_message
from service.message import Address
from service.relay import key_of
from service.text import build_text
from tests.gateways import (
    FORMATS,
    GATEWAYS,
    RAW,
    cloudmailin_json,
    postal_parsed,
    postmark_parsed,
    read,
    read_mail,
    signed_by_postal,
    signed_by_sendgrid,
    stalwart,
)
from tests.mails import Mail, Sent, basic
from tests.sns import ses_utf8, signed_by_sns

WHOLE = Mail(html="<p>Die Lieferung <b>fehlt</b>.</p>", file=b"%PDF-1.7 \x00\xff\r\n.\r\n")
Format = Callable[[Mail], Sent]

every_format = pytest.mark.parametrize("send", FORMATS)


@every_format
def test_every_format_of_a_mail_reads_as_the_mail_itself(send: Format) -> None:
    expected, mail = parse_message(WHOLE.raw), read_mail(send(WHOLE))
    found = parse_message(mail.raw, envelope=mail.envelope)
    assert build_text(found) == build_text(expected)
    assert found.sender == Address("Mara Müller", "mara@example.org")
    assert found.message_id == expected.message_id
    assert found.attachments == expected.attachments
    assert found.envelope.sender == WHOLE.sender
    assert found.envelope.recipients == WHOLE.recipients


@pytest.mark.parametrize("provider", RAW)
def test_raw_mail_arrives_byte_for_byte(provider: Provider) -> None:
    assert read_mail(RAW[provider](WHOLE)).raw == WHOLE.raw


@every_format
def test_files_arrive_byte_for_byte(send: Format) -> None:
    message = message_from_bytes(read_mail(send(WHOLE)).raw, policy=default)
    (attachment,) = message.iter_attachments()
    assert attachment.get_content() == WHOLE.file
    assert attachment.get_filename() == WHOLE.filename


@every_format
def test_the_null_sender_stays_one(send: Format) -> None:
    assert read_mail(send(Mail(sender=""))).envelope.sender == ""


@every_format
def test_a_mail_in_html_alone_keeps_its_text(send: Format) -> None:
    mail = read_mail(send(Mail(text="Where is PO 4471?\n", html="<p>Where is PO 4471?</p>")))
    assert parse_message(mail.raw).text == "Where is PO 4471?"


@every_format
def test_a_retry_has_the_key_of_the_first_try(send: Format) -> None:
    assert key_of(read_mail(send(WHOLE))) == key_of(read_mail(send(WHOLE)))


@every_format
def test_another_mail_has_another_key(send: Format) -> None:
    other = replace(WHOLE, text="Something else.\n", message_id="<4472@example.org>")
    assert key_of(read_mail(send(WHOLE))) != key_of(read_mail(send(other)))


@every_format
def test_a_call_without_its_proof_is_refused(send: Format) -> None:
    sent = send(WHOLE)
    bare = Sent(sent.path, sent.body.replace(b"ignature", b"ig"), {"Content-Type": "text/plain"})
    with pytest.raises(Unauthenticated):
        read(bare)


@pytest.mark.parametrize("provider", Provider)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(provider: Provider, body: bytes) -> None:
    _read_or_refuse(_proved(f"/inbound/{provider}", body, "application/json"))


@every_format
@given(seed=st.integers(0, 2**32))
def test_a_damaged_payload_is_read_or_refused(send: Format, seed: int) -> None:
    sent = send(WHOLE)
    chance, body = random.Random(seed), bytearray(sent.body)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(body))
        body[at : at + chance.choice([0, 1, 1, 30])] = chance.randbytes(chance.choice([0, 1, 1, 3]))
    _read_or_refuse(_proved(sent.path, bytes(body), sent.headers["Content-Type"]))


@pytest.mark.parametrize(
    "send", [postmark_parsed, cloudmailin_json, postal_parsed, stalwart, ses_utf8]
)
def test_json_that_lacks_or_changes_any_value_is_read_or_refused(send: Format) -> None:
    sent = send(WHOLE)
    inside = PATHS[sent.path] is Provider.SES
    payload = json.loads(json.loads(sent.body)["Message"] if inside else sent.body)
    for altered in _alterations(payload):
        if inside:
            _read_or_refuse(signed_by_sns(Message=altered))
        else:
            _read_or_refuse(_proved(sent.path, altered.encode(), sent.headers["Content-Type"]))


def _alterations(payload: Any, root: Any = None) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The JSON with one value, at any depth, left out or replaced."""
    root = payload if root is None else root
    for key in list(payload if isinstance(payload, dict) else range(len(payload))):
        value = payload[key]
        for other in (None, 7, "", "M\u00fcller", "\x00", [], {}, [None], {"a": 1}):
            payload[key] = other
            yield json.dumps(root)
        if isinstance(payload, dict):
            del payload[key]
            yield json.dumps(root)
        payload[key] = value
        if isinstance(value, dict | list):
            yield from _alterations(value, root)


def _proved(path: str, body: bytes, content_type: str) -> Sent:
    """A body with every proof that is not inside it."""
    headers = RAW[PATHS[path]](WHOLE).headers if "cloudflare" in path else basic()
    proofs = {**headers, **signed_by_sendgrid(body), **signed_by_postal(body)}
    return Sent(path, body, {**proofs, "Content-Type": content_type})


def _read_or_refuse(sent: Sent) -> None:
    call = sent.call()
    for step in (GATEWAYS[PATHS[sent.path]].verify, GATEWAYS[PATHS[sent.path]].read):
        try:
            step(call)
        except (MessageRefused, Unauthenticated) as error:
            assert str(error)  # noqa: PT017 - any other error fails the test
