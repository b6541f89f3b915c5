"""Bounces, answers of programs and loops; and customers' mail that only looks like them."""

from pathlib import Path

import pytest

from service.mail.automatic import recognise_automatic
from service.mail.parse import compose_message, parse_message
from service.message import Envelope

MAIL = Path(__file__).parents[2] / "data" / "mail"
Headers = list[tuple[str, str]]


def recognised(
    subject: str = "", headers: Headers | None = None, path: str | None = None
) -> str | None:
    envelope = Envelope(sender=path)
    message = compose_message(
        subject=subject, text="words here", headers=headers or [], envelope=envelope
    )
    return recognise_automatic(message)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bounce_rfc3464", "bounce"),
        ("bounce_without_report", "bounce"),
        ("out_of_office", "auto_reply"),
        ("erp_purchase_order", None),
        ("human_about_out_of_office", None),
        ("plain", None),
    ],
)
def test_a_message_is_recognised(name: str, reason: str | None) -> None:
    assert recognise_automatic(parse_message((MAIL / f"{name}.eml").read_bytes())) == reason


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "multipart/report; report-type=delivery-status; boundary=x")],
        [("Content-Type", "multipart/report; report-type=feedback-report")],
        [("X-Failed-Recipients", "a@b.example")],
        [("From", "MAILER-DAEMON@mx.example")],
        [("From", "postmaster@mx.example"), ("Return-Path", "<>")],
    ],
)
def test_one_sure_sign_makes_a_bounce(headers: Headers) -> None:
    assert recognised("whatever", headers) == "bounce"


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered Mail Returned to Sender", "Delivery Status Notification (Failure)",
        "Undeliverable: Pump", "Unzustellbar: Pumpe", "Non remis : Pompe",
        "No se puede entregar: x",
        "Mancato recapito: x", "Niet bezorgd: x", "Não entregue: x", "Niedostarczalne: x",
    ],
)  # fmt: skip
def test_the_subject_of_a_bounce_needs_a_second_sign(subject: str) -> None:
    assert recognised(subject, path="") == "bounce"
    assert recognised(subject, [("From", "postmaster@x.example")]) == "bounce"
    assert recognised(subject, [("Auto-Submitted", "auto-generated")]) == "bounce"
    assert recognised(subject, path="anna@kunde.example") is None


@pytest.mark.parametrize(
    "headers",
    [
        [("Auto-Submitted", "auto-replied (vacation)")],
        [("X-Autoreply", "yes")],
        [("X-Autorespond", "")],
        [("Precedence", "auto_reply")],
        [("X-SFDC-AutoResponse", "true")],
        [("Content-Type", "multipart/report; report-type=disposition-notification")],
    ],
)
def test_one_sure_sign_makes_an_automatic_reply(headers: Headers) -> None:
    assert recognised("your message", headers) == ("auto_reply" if headers[0][1] else None)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Pump", "Out of Office", "Automatische Antwort: Pumpe",
        "Abwesenheitsnotiz: x",
        "Réponse automatique : Pompe", "Respuesta automática: Bomba", "Risposta automatica: x",
        "Automatisch antwoord: x", "Resposta automática: x", "Odpowiedź automatyczna: x",
        "Autosvar: x", "Automaattinen vastaus: x", "Automatická odpověď: x",
        "Automatikus válasz: x",
        "Răspuns automat: x", "Автоматический ответ: x", "Otomatik yanıt: x", "自動返信: x",
        "自动答复: x", "자동 회신: x",
    ],
)  # fmt: skip
def test_a_subject_says_automatic_reply_in_many_languages(subject: str) -> None:
    assert recognised(subject) == "auto_reply"
    assert recognised(f"Re: {subject}") is None


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office chair order",
        "Automatic reply feature is broken",
        "Abwesend am Freitag, bitte",
    ],
)
def test_a_person_may_begin_a_subject_like_a_program(subject: str) -> None:
    assert recognised(subject) is None
    assert recognised(subject, path="") == "auto_reply"
    assert recognised(subject, [("X-Auto-Response-Suppress", "All")]) == "auto_reply"


@pytest.mark.parametrize(
    "headers",
    [
        [("List-Unsubscribe", "<mailto:u@x.example>"), ("Precedence", "bulk")],
        [("From", "no-reply@shop.example"), ("Auto-Submitted", "auto-generated")],
        [("X-Auto-Response-Suppress", "All"), ("Feedback-ID", "1:2")],
        [("Auto-Submitted", "no"), ("X-Loop", "lists.example"), ("X-Autoreply", "no")],
    ],
)
def test_marks_of_bulk_mail_decide_nothing(headers: Headers) -> None:
    assert recognised("Purchase order 4500012345", headers, path="") is None


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Signalbox-Decision", "1")],
        [("x-loop", "Signalbox@mx.example")],
        [("Received", "from a by b")] * 51,
    ],
)
def test_our_own_mail_and_mail_in_circles_is_a_loop(headers: Headers) -> None:
    assert recognised("x", headers) == "loop"


def test_fifty_servers_are_no_loop() -> None:
    assert recognised("x", [("Received", "from a by b")] * 50) is None
