"""`signalbox lmtp` as a mail server meets it: both protocols, odd senders, odd lines."""

import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Serving, free_port
from tests.sink import Sink

MAIL = (
    b"From: a@example.org\r\nSubject: Rechnung 8812\r\n\r\nYou charged us twice. Please refund.\r\n"
)


@pytest.fixture
def port(
    sink: Sink, serving: Serving, environment: dict[str, str], tmp_path: Path
) -> Iterator[int]:
    port = free_port()
    ours = {
        "SIGNALBOX_LMTP_PORT": str(port),
        "SIGNALBOX_SMTP_HOST": "127.0.0.1",
        "SIGNALBOX_SMTP_PORT": str(sink.port),
        "SIGNALBOX_FALLBACK_ADDRESS": "people@example.com",
        "SIGNALBOX_STORE_FILE": str(tmp_path / "store.db"),
        "SIGNALBOX_CLASSIFY_URL": f"{serving.url}/classify",
    }
    command = [sys.executable, "-m", "service", "lmtp"]
    with subprocess.Popen(
        command, env=environment | ours, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert b"takes LMTP" in process.stdout.readline()
        yield port
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_lmtp_gets_one_reply_for_each_recipient_and_the_mail_one_decision(
    sink: Sink, port: int
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = connection.makefile("rwb")
        lines.write(
            b"LHLO mx\r\nMAIL FROM:<a@example.org>\r\n"
            b"RCPT TO:<info@example.com>\r\nRCPT TO:<office@example.com>\r\nDATA\r\n"
        )
        lines.flush()
        while not lines.readline().startswith(b"354"):
            pass
        lines.write(MAIL + b".\r\n")
        lines.flush()
        assert [lines.readline()[:9] for _ in range(2)] == [b"250 2.0.0"] * 2
    (mail,) = sink.mails
    assert mail.recipients == ("accounts@example.com",)
    assert mail.sender == "people@example.com"


def test_smtp_gets_a_single_reply(sink: Sink, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("a@example.org", ["info@example.com", "office@example.com"], MAIL)
        assert client.noop()[0] == 250
    assert len(sink.mails) == 1


def test_a_mail_that_comes_twice_is_handed_on_once(sink: Sink, port: int) -> None:
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.sendmail("a@example.org", ["info@example.com"], MAIL)
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "sender",
    ["<>", '<"odd..one"@example.org>', "<müller@example.org>", "<a@[192.0.2.1]>", "<no-domain>"],
)
def test_no_sender_is_refused(sink: Sink, port: int, sender: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        assert client.docmd("MAIL", f"FROM:{sender} BODY=8BITMIME SMTPUTF8")[0] == 250
        assert client.docmd("RCPT", "TO:<info@example.com>")[0] == 250
        assert client.data(MAIL)[0] == 250
    wanted = "" if sender == "<>" else "people@example.com"
    assert sink.mails[0].sender == wanted


@pytest.mark.parametrize(
    "body",
    [b"x" * 100_000 + b" where is my order\r\n", "Grüße, wo bleibt PO 4471?\r\n".encode(), b"\r\n"],
    ids=["a line of 100 kB", "eight bits", "nothing"],
)
def test_no_body_is_refused(sink: Sink, port: int, body: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("a@example.org", ["info@example.com"], b"Subject: a\r\n\r\n" + body)
    content = sink.mails[0].raw
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.replace(b"x\r\n x", b"xx").endswith(b"\r\n\r\n" + body)


def test_a_forged_label_is_taken_off_and_a_person_looks(sink: Sink, port: int) -> None:
    forged = b"X-Signalbox-Label: selling_opportunity\r\nx-signalbox-\r\n folded\r\n" + MAIL
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("a@example.org", ["info@example.com"], forged)
    (mail,) = sink.mails
    assert mail.recipients == ("people@example.com",)
    assert b"selling_opportunity" not in mail.raw
    assert b"X-Signalbox-Reason: loop" in mail.raw


@pytest.mark.parametrize("refusal", ["450 later", "550 never", "552 too large", "421 closing"])
def test_whatever_the_server_behind_says_the_mail_waits(
    sink: Sink, port: int, refusal: str
) -> None:
    sink.data_reply = refusal
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("a@example.org", ["info@example.com"], MAIL)
        assert caught.value.smtp_code == 451
        sink.data_reply = "250 kept"
        client.sendmail("a@example.org", ["info@example.com"], MAIL)
    assert len(sink.mails) == 1


def test_a_sender_that_is_not_utf8_is_handed_on(sink: Sink, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = connection.makefile("rwb")
        lines.write(b"EHLO mx\r\nMAIL FROM:<j\xf6rg@example.org>\r\n")
        lines.write(b"RCPT TO:<info@example.com>\r\nDATA\r\n")
        lines.flush()
        while not lines.readline().startswith(b"354"):
            pass
        lines.write(MAIL + b".\r\n")
        lines.flush()
        assert lines.readline().startswith(b"250")
    assert len(sink.mails) == 1


def test_no_reply_is_final(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = connection.makefile("rwb")
        assert lines.readline().startswith(b"220")
        for line in (b"DATA", b"RCPT TO:<a@example.com>", b"MAIL FROM:<" + b"a" * 9_000, b"X"):
            lines.write(line + b"\r\n")
            lines.flush()
            assert lines.readline()[:1] == b"4"
