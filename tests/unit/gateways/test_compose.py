"""Mail put together again: whole, the same each time, and no header of the sender's making."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateways.compose import Attachment, compose_mime
from service.mail.parse import parse_message

TEXT = st.text(max_size=60)
ATTACHMENT = st.builds(Attachment, TEXT, TEXT, st.binary(max_size=60), TEXT)


@given(
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=5),
    text=st.none() | TEXT,
    html=st.none() | TEXT,
    attachments=st.lists(ATTACHMENT, max_size=3),
)
def test_whatever_came_apart_is_mail_again(
    headers: list[tuple[str, str]],
    text: str | None,
    html: str | None,
    attachments: list[Attachment],
) -> None:
    raw = compose_mime(headers, text, html, attachments)
    assert raw == compose_mime(headers, text, html, attachments)
    message = message_from_bytes(raw, policy=compat32)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    contents = [part.get_payload(decode=True) for part in leaves]
    texts = [x.encode() for x in (text, html) if x is not None] or [b""]
    assert contents == [*texts, *(attachment.content for attachment in attachments)]


@given(value=st.text(max_size=200), name=st.sampled_from(["From", "To", "Subject", "X-Note"]))
def test_no_value_ends_its_header(value: str, name: str) -> None:
    raw = compose_mime([(name, f"{value}\r\nX-Forged: yes\r\n\r\nbody")], "Hello", None)
    assert message_from_bytes(raw)["X-Forged"] is None
    assert parse_message(raw).text == "Hello"


@pytest.mark.parametrize("name", ["Größe", "a b", "a:b", "a\nX", "", "x" * 201, "MIME-Version"])
def test_what_is_no_name_of_a_header_is_left_out(name: str) -> None:
    raw = compose_mime([(name, "canary"), ("Content-Type", "canary")], "Hello", None)
    assert b"canary" not in raw


@pytest.mark.parametrize(
    "value",
    [
        "Mara Müller <mara@example.org>",
        '"Müller, Mara" <mara@example.org>, b@example.org',
        "Mara <müller@example.org>",
        "Müller ohne Adresse",
        "Müller <<<",
        "Müller, Mara <mara@example.org>",
        "Mara <mara@example.org>",
    ],
)
def test_addresses_keep_their_names(value: str) -> None:
    raw = compose_mime([("From", value)], "Hello", None)
    decoded = str(make_header(decode_header(message_from_bytes(raw)["From"])))
    assert decoded.replace('"', "") == value.replace('"', "")


def test_a_long_header_is_folded() -> None:
    raw = compose_mime([("References", " ".join(["<0123456789@example.org>"] * 50))], "x", None)
    assert max(map(len, raw.split(b"\r\n"))) < 100
    assert message_from_bytes(raw, policy=default)["References"].count("<") == 50


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("application/pdf; name=x", "application/pdf"),
        ("Image/SVG+XML", "image/svg+xml"),
        ("application/vnd.ms-excel", "application/vnd.ms-excel"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("ümlaut/x", "application/octet-stream"),
        ("nothing", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_a_file_keeps_a_type_that_is_one(kind: str, kept: str) -> None:
    raw = compose_mime([], "Hello", None, [Attachment("a", kind, b"x")])
    (attachment,) = parse_message(raw).attachments
    assert attachment.content_type == kept
