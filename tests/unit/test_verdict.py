"""What travels with a mail: the verdict's headers on top, nobody else's beside them."""

from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.verdict import Verdict, stamp

VERDICT = Verdict(
    outcome="route",
    addresses=("orders@example.com", "sales@example.com"),
    decision_id="0b9f",
    label="order_status",
    confidence=0.93456,
    also=("selling_opportunity", "billing"),
    reason="low_confidence",
)
PLAIN = Verdict("unclassified", ("people@example.com",))


def test_the_headers_say_all_that_is_known() -> None:
    assert dict(VERDICT.headers()) == {
        "X-Signalbox-Outcome": "route",
        "X-Signalbox-Decision": "0b9f",
        "X-Signalbox-Label": "order_status",
        "X-Signalbox-Confidence": "0.935",
        "X-Signalbox-Also": "selling_opportunity, billing",
        "X-Signalbox-Reason": "low_confidence",
    }
    assert list(PLAIN.headers()) == [("X-Signalbox-Outcome", "unclassified")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_become_those_of_mail(end: str) -> None:
    raw = end.join(["Subject: x", "From: a@example.org", "", "Hello", ""]).encode()
    assert stamp(raw, PLAIN) == (
        b"X-Signalbox-Outcome: unclassified\r\nSubject: x\r\nFrom: a@example.org\r\n\r\nHello\r\n"
    )


@pytest.mark.parametrize(
    "forged",
    [
        b"X-Signalbox-Label: billing\r\n",
        b"x-signalbox-LABEL : billing\r\n",
        b"X-Signalbox-Label:\r\n billing\r\n\tand more\r\n",
        b"X-Signalbox-Label: billing\rX-Signalbox-Outcome: route\r\n",
        b"X-Signalbox-Label: billing\nX-Signalbox-Other: route\n",
    ],
)
@pytest.mark.parametrize("before", [b"", b"From: a@example.org\r\n"])
def test_forged_headers_go_with_all_their_lines(forged: bytes, before: bytes) -> None:
    stamped = stamp(
        before + forged + b"Subject: x\r\n\r\nX-Signalbox-Label: in the text\r\n", PLAIN
    )
    head, _, body = stamped.partition(b"\r\n\r\n")
    assert head == b"X-Signalbox-Outcome: unclassified\r\n" + before + b"Subject: x"
    assert body == b"X-Signalbox-Label: in the text\r\n"


@pytest.mark.parametrize(
    ("raw", "stamped"),
    [
        (b"", b""),
        (b"\r\nHello", b"\r\nHello"),
        (b"Subject: x", b"Subject: x\r\n"),
        (b"Subject: x\r\n", b"Subject: x\r\n\r\n"),
        (b"Subject: x\r\n\r\n", b"Subject: x\r\n\r\n"),
        (b"X-Signalbox-Label: x\r\n\r\nHello", b"\r\nHello"),
        (b" , forged\r\nSubject: x\r\n\r\n", b", forged\r\nSubject: x\r\n\r\n"),
        (b"\t X-Signalbox-Label: x\r\nSubject: x\r\n\r\n", b"Subject: x\r\n\r\n"),
        (b" \r\nSubject: x\r\n\r\n", b"Subject: x\r\n\r\n"),
    ],
)
def test_mail_without_a_head_or_a_body_is_stamped_too(raw: bytes, stamped: bytes) -> None:
    assert stamp(raw, PLAIN) == b"X-Signalbox-Outcome: unclassified\r\n" + stamped


PIECES = st.sampled_from(
    [b"X-Signalbox-Label: forged", b"Subject: x", b" folded", b"\r", b"\n", b"\r\n", b":", b"\0"]
)


@given(pieces=st.lists(PIECES | st.binary(max_size=4), max_size=12))
def test_whatever_was_sent_the_only_verdict_is_ours(pieces: list[bytes]) -> None:
    stamped = stamp(b"".join(pieces), VERDICT)
    assert b"\r" not in stamped.replace(b"\r\n", b"")
    assert b"\n" not in stamped.replace(b"\r\n", b"")
    found = message_from_bytes(stamped)
    ours = [(name, value) for name, value in found.items() if name.startswith("X-Signalbox-")]
    assert ours == list(VERDICT.headers())
