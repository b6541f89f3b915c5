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


def test_a_part_below_endless_junk_is_read_from_its_beginning() -> None:
    raw = multipart(b"--b\nContent-Type: text/plain\n" + b"a\n" * 200_000)
    assert "read_in_part" in defects(raw)


def test_junk_among_the_headers_of_many_parts_is_counted_together() -> None:
    part = b"--b\n" + b"a\n" * 60_000 + b"\nhi\n"
    assert "broken_structure" not in defects(multipart(part))
    assert "broken_structure" in defects(multipart(part * 3))


def test_a_long_body_with_lines_of_dashes_is_no_header() -> None:
    assert defects(multipart(b"--b\n\n" + b"--b\n\nhi\n" * 100 + b"a\n" * 400_000)) == ["text_cut"]
    assert defects(multipart(b"--b\n\nhi\n--b--")) == []


def test_what_the_standard_library_reads_has_a_bounded_number_of_lines() -> None:
    raw = multipart(b"--b\nContent-Transfer-Encoding: base64\n\n!\n--b\n\n" + b"a\n" * 20_000)
    assert parse_message(raw).text.count("a") < limits.MAX_FALLBACK_LINES
    assert defects(raw) == ["broken_structure", "read_in_part"]


def test_the_charset_of_many_texts_is_not_guessed() -> None:
    russian = "Пришлите счёт за насосы".encode("koi8_r")
    parts = [b"--b\n\n%d " % n + russian + b"\n" for n in range(60)]
    text = parse_message(multipart(b"".join(parts))).text
    assert "0 Пришлите" in text
    assert "59 Пришлите" not in text


@pytest.mark.parametrize("page", [b"<p>a" * 1_500, b"<style>" + b"a{b:c}" * 1_500 + b"</style>a"])
def test_of_many_pages_the_first_are_read(page: bytes) -> None:
    part = b"--b\nContent-Type: text/html\n\n%d " + page + b"\n"
    assert "read_in_part" not in defects(multipart(part % 1 + part % 2))
    message = parse_message(multipart(b"".join(part % n for n in range(1, 10))))
    assert "read_in_part" in [defect.name for defect in message.defects]
    assert message.text.startswith("1")
    assert "9" not in message.text


def test_a_text_of_invisible_characters_is_read_from_its_beginning() -> None:
    message = compose_message(text="\u200b" * (2 * limits.MAX_TEXT_CHARS) + "pumps")
    assert message.text == ""
    assert "text_cut" in [defect.name for defect in message.defects]


def test_words_that_begin_like_a_content_type_are_text() -> None:
    assert parse_message(b"From: a@b.example\n\nhi\nContent-types vary").text.endswith("types vary")


def defects(raw: bytes) -> list[str]:
    return [defect.name for defect in parse_message(raw).defects]
