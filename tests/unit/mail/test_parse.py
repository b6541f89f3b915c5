"""Raw mail to Message: one fixture per fault, and properties on any bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail import limits
from service.mail.parse import compose_message, parse_message
from service.message import Address, Envelope, Message, Severity

MAIL = Path(__file__).parents[2] / "data" / "mail"
FILES = sorted(MAIL.glob("*.eml"))
QUOTE = "Please quote 20 pumps."

EXPECTED = {
    "plain": (QUOTE, []),
    "alternative": (QUOTE, []),
    "alternative_empty_plain": (QUOTE, []),
    "alternative_stub": (QUOTE, ["plain_is_stub"]),
    "attachments": (QUOTE, []),
    "base64_with_foreign_characters": (QUOTE, ["broken_structure"]),
    "base64_without_base64": (QUOTE, ["broken_structure"]),
    "boundary_in_idna": (QUOTE, ["broken_structure"]),
    "charset_idna": (QUOTE, ["unknown_charset"]),
    "charset_iso2022jp": ("ポンプを20台注文したいです。", []),
    "charset_missing_8bit": ("Wir hätten gern ein Angebot über zwölf Stühle.", []),
    "charset_unknown": (
        "Wir benötigen größere Stühle für zwölf Büros, bitte ein Angebot schicken.",
        ["unknown_charset"],
    ),
    "charset_utf8_label_on_latin1": (
        (
            "Grüße aus Köln, möchten Sie fünf Stück für übermorgen zurücklegen? "
            "Schöne Grüße, Jürgen Müßig"
        ),
        ["wrong_charset"],
    ),
    "charset_wrong": ("Können Sie zwölf Stühle liefern?", []),
    "content_type_encoded": (QUOTE, []),
    "content_type_nonsense": (QUOTE, []),
    "digest": ("Subject: one\n\nWe need 20 pumps.", []),
    "doubled_carriage_returns": ("Please quote\n20 pumps.", []),
    "encrypted": ("", ["encrypted", "no_text"]),
    "forwarded_as_attachment": ("Please handle.", []),
    "forwarded_broken": ("Please handle this for us.", ["forwarded_refused"]),
    "forwarded_in_base64": ("Please handle.", []),
    "forwarded_is_all": ("", ["no_text"]),
    "from_without_address": (QUOTE, ["no_sender"]),
    "header_block_interrupted": (f"this is no header\nX-Late: 1\n\n{QUOTE}", []),
    "header_starts_with_space": (QUOTE, ["broken_structure"]),
    "hidden_characters": (QUOTE, ["invisible_characters", "control_characters"]),
    "html_labelled_plain": (QUOTE, ["html_as_plain"]),
    "mbox_line_and_bom": (QUOTE, []),
    "mixed_same_text_twice": (QUOTE, []),
    "multipart_boundary_never_comes": (QUOTE, ["broken_structure"]),
    "multipart_not_closed": (QUOTE, []),
    "multipart_without_boundary": (QUOTE, ["broken_structure"]),
    "no_headers": (f"Hello there\n\n{QUOTE}", ["no_headers", "no_sender"]),
    "old_mac_line_ends": (QUOTE, []),
    "quoted_printable_with_stray_equals": (
        "Price = 20 €, a=b and =ZZ stay, the line goes on.",
        [],
    ),
    "winmail": (QUOTE, ["tnef_not_opened"]),
}


def read(name: str) -> Message:
    return parse_message((MAIL / f"{name}.eml").read_bytes())


def names(message: Message) -> list[str]:
    return [defect.name for defect in message.defects]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_message_still_gives_its_text_and_names_its_defects(name: str) -> None:
    message = read(name)
    assert (message.text, names(message)) == EXPECTED[name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path) -> None:
    unix = path.read_bytes().replace(b"\r\n", b"\n")
    assert parse_message(unix) == parse_message(unix.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_has_a_line_on_its_origin(path: Path) -> None:
    assert f"`{path.name}`" in (MAIL / "README.md").read_text()


def test_headers_keep_their_order_and_names() -> None:
    message = parse_message(b"X-B: 1\nx-a: 2\nX-B: 3\n  folded\nSUBJECT: hi\n\nx")
    assert message.headers == (("X-B", "1"), ("x-a", "2"), ("X-B", "3 folded"), ("SUBJECT", "hi"))
    assert message.subject == "hi"
    assert message.header("subject") == "hi"


def test_the_sender_and_message_id_are_read() -> None:
    message = read("plain")
    assert message.sender == Address("Anna Berg", "anna@kunde.example")
    assert message.message_id == "<1@kunde.example>"


def test_encoded_words_split_inside_a_character_are_joined() -> None:
    message = read("encoded_word_split_in_character")
    assert message.subject == "überüber and München"
    assert message.sender == Address("Jörg", "joerg@kunde.example")


def test_a_from_that_is_one_encoded_word_is_read() -> None:
    assert read("encoded_from_with_address").sender == Address("Anna", "anna@kunde.example")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", Address("", "a@b.example")),
        ("a@b.example (Anna)", Address("Anna", "a@b.example")),
        ('"x <fake@y.example>" <Real@Z.example>', Address("x <fake@y.example>", "real@z.example")),
        ("A <a@b.example>, C <c@d.example>", Address("A", "a@b.example")),
        ("MAILER-DAEMON <mailer-daemon>", Address("MAILER-DAEMON", "mailer-daemon")),
        ("Anna <>", None),
        ("nobody", None),
        ("(" * 9000, None),
    ],
)
def test_the_first_mailbox_of_from_is_the_sender(value: str, expected: Address | None) -> None:
    assert parse_message(f"From: {value}\n\nhi".encode()).sender == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?utf-8?q?a_b?= =?utf-8?q?c?= d", "a bc d"),
        ("=?utf-8*en?q?caf=C3=A9?=", "café"),
        ("=?x?q?a?= =?y?q?b?=", "ab"),
        ("=?utf-8?b?w6k?=", "é"),
        ("=?utf-8?b?w6kA!?=", "é"),
        ("=?utf-8?b??= x", "x"),
        ("=?broken", "=?broken"),
        ("=?idna?q?caf=C3=A9?=", "café"),
        ("=?x-none?q?caf=E9?=", "café"),
    ],
)
def test_encoded_words_are_read_as_far_as_they_go(value: str, expected: str) -> None:
    assert parse_message(f"Subject: {value}\n\nhi".encode()).subject == expected


def test_attachments_are_named_and_never_opened() -> None:
    named = [(part.filename, part.content_type) for part in read("attachments").attachments]
    assert named == [
        ("list.pdf", "application/pdf"),
        ("notes.txt", "text/plain"),
        ("", "text/calendar"),
        ("inline.txt", "text/plain"),
    ]
    assert read("attachments").attachments[0].size_bytes == pytest.approx(300, rel=0.05)


def test_attachments_are_named_when_the_structure_is_broken_too() -> None:
    assert read("base64_without_base64").attachments[0].content_type == "application/octet-stream"


@pytest.mark.parametrize("name", ["forwarded_as_attachment", "forwarded_in_base64"])
def test_an_attached_message_is_read_one_level_deep(name: str) -> None:
    forwarded = read(name).forwarded
    assert forwarded is not None
    assert forwarded.text == "We need 20 pumps by May."
    assert forwarded.sender == Address("Bob", "bob@other.example")


def test_a_second_attached_message_is_only_named() -> None:
    assert [part.filename for part in read("forwarded_as_attachment").attachments] == ["second.eml"]


def test_a_message_inside_the_attached_one_is_only_named() -> None:
    inner = b"Content-Type: message/rfc822\n\nSubject: two\n\nContent-Type: message/rfc822\n\nx"
    nested = parse_message(b"From: a@b.example\nContent-Type: message/rfc822\n\n" + inner)
    assert nested.forwarded is not None
    assert nested.forwarded.forwarded is None
    assert [part.content_type for part in nested.forwarded.attachments] == ["message/rfc822"]


def test_a_long_attached_message_is_read_from_its_beginning() -> None:
    inner = b"Subject: two\n\n" + b"hello world\n" * 200_000
    message = parse_message(b"From: a@b.example\nContent-Type: message/rfc822\n\n" + inner)
    assert message.forwarded is not None
    assert message.forwarded.text.startswith("hello world")
    assert names(message) == ["no_text", "forwarded_cut"]


def test_a_text_of_many_megabytes_is_read_from_its_beginning() -> None:
    message = parse_message(b"From: a@b.example\n\n" + b"hello world\n" * 1_000_000)
    assert message.text.startswith("hello world")
    assert names(message) == ["broken_structure", "read_in_part", "text_cut"]


def test_a_message_that_is_all_one_attached_message_is_read() -> None:
    forwarded = read("forwarded_is_all").forwarded
    assert forwarded is not None
    assert forwarded.subject == "Need pumps"


def test_the_envelope_is_kept() -> None:
    envelope = Envelope("a@b.example", ("c@d.example",))
    assert parse_message(b"\n\nhi", envelope=envelope).envelope == envelope


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("ISO-8859-2", "iso8859_2", "Proszę o ofertę na łożyska"),
        ("windows-1251", "cp1251", "Пришлите счёт"),
        ("KOI8-R", "koi8_r", "Пришлите счёт"),
        ("gb2312", "gb18030", "请报价二十台水泵"),
        ("Big5", "big5", "請報價二十台水泵"),
        ("Shift_JIS", "cp932", "見積もりをお願いします"),
        ("ks_c_5601-1987", "cp949", "견적을 부탁드립니다"),
        ("iso-8859-1", "cp1252", "“20 €” für Stühle"),
        ("utf-16", "utf-16", "Grüße"),
        ("utf-16", "utf-16-le", "Grüße"),
        ("UTF-16", "utf-16-be", "\ufeffGrüße"),
        ("utf-32", "utf-32", "Grüße"),
        ("utf-16", "ascii", "Please quote."),
        ('"utf-8"', "utf-8", "Grüße"),
    ],
)
def test_a_declared_charset_is_used(charset: str, codec: str, text: str) -> None:
    header = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n"
    message = parse_message(header.encode() + text.encode(codec))
    assert message.text == text.lstrip("\ufeff")
    assert {defect.severity for defect in message.defects} <= {Severity.COSMETIC}


def test_a_last_letter_in_an_old_charset_is_kept() -> None:
    assert parse_message("From: a@b.example\n\nEin Café".encode("cp1252")).text == "Ein Café"


@given(
    st.sampled_from(["utf-7", "hz-gb-2312", "iso-2022-kr", "iso-2022-jp", "utf-32", "big5", "x"]),
    st.binary(max_size=60)
    | st.lists(st.sampled_from([b"~{", b"\x1b$)C", b"+", b"-", b"\x0e"])).map(b"".join),
)
def test_any_bytes_in_any_charset_are_text(charset: str, content: bytes) -> None:
    head = f"Content-Type: text/plain; charset={charset}\n\n".encode()
    assert_clean(parse_message(head + content))


def test_lines_of_dashes_are_not_taken_for_headers_of_a_part() -> None:
    assert parse_message(b"From: a@b.example\n\n--a:\n--b:\nhi").text == "--a:\n--b:\nhi"


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    head = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n"
    message = parse_message(head + "Grüße ".encode() * 50 + b"\xff")
    assert message.text.startswith("Grüße Grüße")
    assert names(message) == ["undecodable_bytes"]


def test_bytes_of_no_charset_at_all_are_still_text() -> None:
    head = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n"
    assert parse_message(head + bytes(range(128, 256)) * 4).text


def test_a_long_text_is_cut_with_a_defect() -> None:
    message = parse_message(b"From: a@b.example\n\n" + b"word " * 200_000)
    assert len(message.text) <= limits.MAX_TEXT_CHARS
    assert names(message) == ["text_cut"]


def test_a_long_page_is_cut_with_a_defect_but_its_images_do_not_count() -> None:
    head = b"From: a@b.example\nContent-Type: text/html\n\n"
    image = b"<img src='data:image/png;base64," + b"A" * 400_000 + b"'>" + QUOTE.encode()
    assert parse_message(head + image).text == QUOTE
    assert "html_cut" in names(parse_message(head + b"<p>x</p>" * 100_000))


def test_a_broken_message_is_read_from_its_beginning() -> None:
    raw = (MAIL / "multipart_boundary_never_comes.eml").read_bytes()
    message = parse_message(raw + b"line of text\n" * 20_000)
    assert message.text.startswith(QUOTE)
    assert names(message) == ["broken_structure", "read_in_part", "text_cut"]


def test_a_uuencoded_part_is_read_by_the_fallback() -> None:
    raw = (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=q\n\n--q\n"
        b"Content-Transfer-Encoding: base64\n\n!\n--q\n"
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n`\nend\n--q--\n"
    )
    assert "abc" in parse_message(raw).text


def test_a_plain_part_of_signs_only_gives_way_to_html() -> None:
    raw = (MAIL / "alternative.eml").read_bytes().replace(b"\nPlease quote 20 pumps.", b"\n-- *", 1)
    assert parse_message(raw).text == QUOTE


def test_marks_on_a_letter_are_bounded() -> None:
    head = b"Content-Type: text/plain; charset=utf-8\n\n"
    text = parse_message(head + ("a" + "\u0316\u0301" * 5000 + "b").encode()).text
    assert len(text) <= limits.MAX_COMBINING_MARKS + 2


def assert_clean(message: Message) -> None:
    message.text.encode()
    assert len(message.text) <= limits.MAX_TEXT_CHARS
    shown = message.text + message.subject
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in shown)
    assert not any(sign in shown for sign in "\x7f\u200b\u202e\ufeff\u00ad\r\u2028")
    assert "\n" not in message.subject


PIECES = st.sampled_from(
    [
        b"From: a@b.example\n", b"Subject: =?utf-8?b?w7w?=\n", b"\n", b"\n\n", b"\r\n", b"\r",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n",
        b"content-type: multipart/alternative; boundary=c\n", b"--b\n", b"--b--\n", b"--c\n",
        b"Content-Type: text/html; charset=utf-16\n", b"Content-Type: text/plain; charset=big5\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n",
        b"<p>hi<blockquote>", b"aGVsbG8=\n", b"=C3=A9=\n", b"\xff\xfe\x00", b"Content-Type:\n",
        b"Content-Disposition: attachment; filename*=utf-8''%C3\n", b" folded\n", b"\xe2\x80\x8b",
        b"hello world\n", b"boundary*=idna''x", b"Content-Transfer-Encoding: uuencode\n", b"begin ",
    ],
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=20), max_size=30).map(b"".join))
def test_any_bytes_become_a_clean_message(raw: bytes) -> None:
    message = parse_message(raw)
    assert_clean(message)
    unix = raw.replace(b"\r", b"")
    assert parse_message(unix) == parse_message(unix.replace(b"\n", b"\r\n"))


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_any_fields_become_a_clean_message(subject: str, text: str, html: str) -> None:
    headers = [("From", subject), ("X-Any", text)]
    message = compose_message(subject=subject, text=text, html=html, headers=headers)
    assert_clean(message)
    again = compose_message(subject=message.subject, text=message.text)
    if "html_as_plain" not in names(message) + names(again) and "=?" not in message.subject:
        assert (again.subject, again.text) == (message.subject, message.text)


def test_composed_fields_become_the_same_message_as_raw_ones() -> None:
    raw = parse_message(b"From: Anna <a@b.example>\nSubject: Pump\nMessage-ID: <1@x>\n\nhi there")
    headers = [("From", "Anna <a@b.example>"), ("Subject", "Pump"), ("Message-ID", "<1@x>")]
    assert compose_message(headers=headers, text="hi there\r\n") == raw


def test_composed_text_wins_over_html_unless_it_is_a_stub() -> None:
    assert compose_message(text="plain words", html="<p>rich words</p>").text == "plain words"
    assert compose_message(text=" ", html="<p>rich words</p>").text == "rich words"
    assert compose_message(html="<p>rich words</p>").text == "rich words"
    stub = compose_message(text="Your client does not support HTML.", html="<p>rich words</p>")
    assert stub.text == "rich words"


def test_a_subject_field_wins_over_the_header() -> None:
    assert compose_message(subject="one", headers=[("Subject", "two")]).subject == "one"
    assert compose_message(headers=[("Subject", "two")]).subject == "two"


def test_lossy_defects_are_told_from_cosmetic_ones() -> None:
    severities = {defect.name: defect.severity for defect in read("hidden_characters").defects}
    assert set(severities.values()) == {Severity.COSMETIC}
    assert read("winmail").defects[0].severity == Severity.LOSSY
