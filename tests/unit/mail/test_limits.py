"""Hostile mail: refused by the name of the bound it breaks, or read within all of them."""

import pytest

from service.errors import MessageRefused
from service.mail import limits
from service.mail.parse import compose_message, parse_message


def multipart(body: bytes) -> bytes:
    return b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + body


def nested(levels: int) -> bytes:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    )
    return b"From: a@b.example\n" + b"".join(parts) + b"\nhi"


REFUSED = {
    "max_message_bytes": b"a" * (limits.MAX_MESSAGE_BYTES + 1),
    "max_dash_lines": multipart(b"--b\n\n\n" * 50_000),
    "max_parts": multipart(b"--b\n\n\n" * 300),
    "max_depth": nested(30),
    "max_headers": b"a: b\n" * 2_000 + b"\nhi",
    "max_header_block_bytes": b"a: " + (b"b" * 9_000 + b"\na: ") * 40 + b"\n\nhi",
    "max_header_bytes": b"To: " + b"a@b.example, " * 20_000 + b"\n\nhi",
    "max_part_headers_bytes": multipart((b"--b\n" + b"a:\n" * 5_000) * 10),
    "max_content_types": b"From: a@b.example\n\n" + b"\nContent-Type: message/x" * 3_000,
}


@pytest.mark.parametrize("limit", REFUSED)
def test_a_message_over_a_bound_is_refused_by_its_name(limit: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        parse_message(REFUSED[limit])
    assert refused.value.limit == limit


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\nX: 1\n" + b" folded\n" * 3_000 + b"\nhi",
        b"Content-Type: text/plain" + b"; a=b" * 10_000 + b"\n\nhi",
        b"Subject: " + b"=?utf-8?q?a?= " * 10_000 + b"\n\nhi",
        multipart(b"--b\nContent-Type: text/plain" + b'; a="' * 10_000 + b"\n\nhi\n--b--"),
        nested(5_000),
        nested(500) + b"\n--",
        multipart(b"--b\nContent-Transfer-Encoding: base64\n\n!\n" + b"--x\n" * 5_000),
    ],
)
def test_hostile_messages_are_refused(raw: bytes) -> None:
    with pytest.raises(MessageRefused):
        parse_message(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\n\n" * 1_500 + b"hi",
        b"Content-Type: text/plain; charset=idna\n\n" + b"a." * 100_000,
        b"Subject: " + b"=?utf-8?q?" * 1_500 + b"\n\nhi",
        b"\r" * 100_000,
        b"\n" * 100_000,
        b"=" * 100_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 20_000 + b"hi",
        b"Content-Type: text/html\n\n<p " + b"a=1 " * 20_000 + b">hi",
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * 100_000,
    ],
)
def test_hostile_messages_within_the_bounds_become_messages(raw: bytes) -> None:
    assert len(parse_message(raw).text) <= limits.MAX_TEXT_CHARS


@pytest.mark.parametrize(
    ("limit", "fields"),
    [
        ("max_headers", {"headers": [("a", "b")] * 2_000}),
        ("max_header_bytes", {"subject": "x" * 20_000}),
        ("max_header_block_bytes", {"headers": [("a", "b" * 9_000)] * 40}),
        ("max_message_bytes", {"text": "x" * (limits.MAX_MESSAGE_BYTES + 1)}),
    ],
)
def test_composed_fields_have_the_same_bounds(limit: str, fields: dict[str, str]) -> None:
    with pytest.raises(MessageRefused) as refused:
        compose_message(**fields)  # type: ignore[arg-type]
    assert refused.value.limit == limit
