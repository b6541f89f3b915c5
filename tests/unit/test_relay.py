"""When two mails are one: the key of a handover."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateways.call import Inbound
from service.message import Envelope
from service.relay import key_of

ONE = Inbound(
    b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: x\r\n\r\nWhere is it?\r\n",
    Envelope("a@example.org", ("info@example.com", "sales@example.com")),
)
NAMELESS = replace(ONE, raw=ONE.raw.replace(b"Message-ID: <1@example.org>\r\n", b""))
TEXTS = st.text(max_size=10)


def with_raw(mail: Inbound, old: bytes, new: bytes) -> Inbound:
    assert old in mail.raw
    return replace(mail, raw=mail.raw.replace(old, new, 1))


@pytest.mark.parametrize(
    "copy",
    [
        with_raw(ONE, b"From", b"Received: from a by b\r\nFrom"),
        with_raw(ONE, b"Message-ID", b"message-id"),
        with_raw(ONE, b"Message-ID: <", b"Message-ID:\r\n <"),
        replace(ONE, raw=ONE.raw.replace(b"\r\n", b"\n")),
        replace(ONE, envelope=replace(ONE.envelope, recipients=ONE.envelope.recipients[::-1])),
        replace(ONE, envelope=replace(ONE.envelope, sender="srs0=x@example.net")),
    ],
)
def test_what_servers_on_the_way_change_makes_no_other_mail(copy: Inbound) -> None:
    assert key_of(copy) == key_of(ONE)


@pytest.mark.parametrize(
    "other",
    [
        with_raw(ONE, b"Where", b"When"),
        with_raw(ONE, b"<1@", b"<2@"),
        with_raw(ONE, b"Subject: x", b"Subject: y"),
        with_raw(ONE, b"Subject", b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nSubject"),
        replace(ONE, envelope=Envelope("a@example.org", ("info@example.com",))),
        replace(ONE, identifier="17"),
        NAMELESS,
    ],
)
def test_another_text_name_or_recipient_is_another_mail(other: Inbound) -> None:
    assert key_of(other) != key_of(ONE)


@pytest.mark.parametrize(("old", "new"), [(b"a@example", b"b@example"), (b": x", b": y")])
def test_without_a_message_id_every_byte_counts(old: bytes, new: bytes) -> None:
    assert key_of(with_raw(NAMELESS, old, new)) != key_of(NAMELESS)


@pytest.mark.parametrize(
    "line", [b"Message-ID:\r\n", b"Message-ID\r\n", b"X-Message-ID: <1@x>\r\n"]
)
def test_an_empty_message_id_names_nothing(line: bytes) -> None:
    mail = with_raw(NAMELESS, b"Subject", line + b"Subject")
    assert key_of(mail) != key_of(with_raw(mail, b": x", b": y"))


def test_a_message_id_in_the_text_names_nothing() -> None:
    mail = replace(NAMELESS, raw=NAMELESS.raw + b"\r\nMessage-ID: <1@example.org>\r\n")
    assert key_of(mail) != key_of(with_raw(mail, b": x", b": y"))


def test_the_identifier_of_a_gateway_counts_more_than_the_mail() -> None:
    named = replace(ONE, identifier="73e6d360")
    assert key_of(named) == key_of(with_raw(named, b"Where", b"When"))
    assert key_of(named) != key_of(replace(named, identifier="73e6d361"))


@given(
    raw=st.binary(max_size=80),
    identifier=st.none() | TEXTS,
    recipients=st.lists(TEXTS, max_size=3, unique=True),
    chance=st.randoms(use_true_random=False),
)
def test_any_mail_has_one_key_whatever_the_order_and_line_ends(
    raw: bytes, identifier: str | None, recipients: list[str], chance: "object"
) -> None:
    mail = Inbound(raw.replace(b"\r", b""), Envelope(None, tuple(recipients)), identifier)
    shuffled = recipients.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    copy = Inbound(mail.raw.replace(b"\n", b"\r\n"), Envelope("", tuple(shuffled)), identifier)
    assert key_of(mail) == key_of(copy)
    assert len(key_of(mail)) == 64
