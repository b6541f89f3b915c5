from service.mail.parse import compose_message, parse_message
from service.text import build_text

FORWARD = b"""From: Mara <mara@example.org>
Subject: FW: leak
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain


--b
Content-Type: message/rfc822

From: Otto <otto@example.net>
Subject: leak

The second pump leaks at the flange since Friday.
--b--
"""


def test_subject_and_body_stand_apart() -> None:
    assert (
        build_text(compose_message(subject="PO 7", text="Where is it?")) == "PO 7\n\nWhere is it?"
    )


def test_a_message_without_subject_or_body_is_the_other_alone() -> None:
    assert build_text(compose_message(text="Where is it?")) == "Where is it?"
    assert build_text(compose_message(subject="Where is PO 7?")) == "Where is PO 7?"


def test_quotes_do_not_count() -> None:
    body = (
        "Please send two more.\n\nOn 3 Mar 2026 at 10:01 Otto <o@example.net> wrote:\n> It leaks."
    )
    assert build_text(compose_message(text=body)) == "Please send two more."


def test_an_attached_message_is_read_when_nothing_was_written_above_it() -> None:
    text = build_text(parse_message(FORWARD))
    assert text == "FW: leak\n\nThe second pump leaks at the flange since Friday."


def test_an_attached_message_is_not_read_when_something_was() -> None:
    raw = FORWARD.replace(b"text/plain\n\n", b"text/plain\n\nPlease ignore, settled by phone.\n", 1)
    assert "flange" not in build_text(parse_message(raw))
