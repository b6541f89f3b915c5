"""Signatures known by their shape and by the sender, and the words that only look like them."""

import pytest

from service.mail.reply import new_text
from service.message import Address

MINE = "Please quote us twenty pumps."
ANNA = Address("Anna Berg", "anna.berg@bergpumpen.example")


@pytest.mark.parametrize(
    "signature",
    [
        "Anna",
        "anna berg",
        "A. Berg, Einkauf",
        "i.A. Anna Berg",
        "Änna Berg",
        "Bergpumpen KG\nHafenstraße 12 · Hamburg",
        "Anna Berg\npurchasing\n12 Harbour Street\n+49 40 555 0123",
        "Anna Berg\n“We pump it”\n1st floor, Harbour House",
        "Srdečně,\nAnna",
        "De bedste hilsner\nAnna Berg",
        "Grüße aus dem Norden\nAnna",
        "Rgds/Anna",
        "With our apologies and kind regards,\nAnna",
        "Best, Anna Berg, buyer\nMember 0555-2218",
        "Karla\nBuying, Bergpumpen",
        "Karla Winter\nHead of Buying\nTel. 040 555 0123",
        "_____\nTel. 040 555 0123",
        "Anna Berg\n\nBergpumpen KG, registered in Hamburg, VAT 555. Views are the author's.",
        "Anna Berg\nBergpumpen is a company registered in\nHamburg; its terms\napply as printed.",
        "-- \nAnna Berg\nThis message is confidential, you are not to use it if you are not me.",
        "Sent from my phone, please excuse typos",
        "Hent Outlook til iOS",
    ],
)
def test_a_signature_is_known_by_the_sender_or_its_shape(signature: str) -> None:
    assert new_text(f"{MINE}\n\n{signature}", ANNA) == MINE


@pytest.mark.parametrize(
    "sign_off",
    ["Anna", "Regards, Anna Berg", "Anna @ the harbour", "thanks Anna", "MVH Anna Berg"],
)
def test_a_name_behind_the_last_sentence_is_cut(sign_off: str) -> None:
    assert new_text(f"{MINE} {sign_off}", ANNA) == MINE


def test_a_formula_and_a_name_behind_it_go_together() -> None:
    assert new_text("can someone send twenty pumps many thanks Anna", ANNA) == (
        "can someone send twenty pumps"
    )
    long = f"{'Thanks to the one who was there and ' * 3},"
    assert new_text(f"{MINE}\n\n{long}\n\nAnna", ANNA) == f"{MINE}\n\n{long}"
    assert new_text(f"{MINE}\nLooking forward, kind regards. Anna", ANNA) == MINE
    assert new_text(f"{MINE} Kind regards, Anna\nTel. 040 555 0123", ANNA) == MINE


@pytest.mark.parametrize(
    "own",
    [
        f"{MINE}\n\nAnna needs them by May",
        f"{MINE}\n\nAnna, 3 of the large ones",
        f"{MINE}\n\nBest ask Mr. Anna Berg",
        f"{MINE} Thank you.",
        f"{MINE}\n--\nPS add five seals",
        f"{MINE}\n\n{'Thanks to the one who was there and ' * 3},\nAnna\n5 seals",
        f"{MINE}\n\nThe drawer came and fits, thank you.\nAnna has more",
        "Deliver them to:\n\nAnna Berg\nHarbour Street 5\n20457 Hamburg",
        "Please deliver to\n\nAnna Berg\nHarbour Street 5\n20457 Hamburg",
        f"{MINE}\n\nAnna Berg\n\nPS the VAT is registered, are the terms the same",
        f"{MINE}\n\nAnna Berg\n\nWe think our warranty is void, as our terms say, we think.",
        "Hi Tom,\n\nMany thanks.\n\nThe printer lost its warranty and the VAT is wrong.",
        f"{MINE}\n\nBall Valve\nGate Valve",
        f"{MINE}\nAnna\n20 pumps",
        f"{MINE}\n\nReach me on 040 555 0123",
        f"{MINE}\n\nAnna Berg\nthey are of 50 mm in the small size and two\nin the large",
    ],
)
def test_words_that_only_look_like_a_signature_stay(own: str) -> None:
    assert new_text(own, ANNA) == own


def test_a_greeting_that_is_not_known_stays_when_it_may_be_the_message() -> None:
    for line in ("twenty pumps,\nAnna", "please, two more\nAnna", "green\n\nAnna"):
        kept = line.partition("\n")[0]
        expected = "" if kept == "twenty pumps," else f"\n\n{kept}"
        assert new_text(f"{MINE}\n\n{line}", ANNA) == f"{MINE}{expected}"


@pytest.mark.parametrize(
    "banner",
    [
        "WARNING - EXTERNAL",
        "External message - be careful with links and attachments.",
        "[!] NOTICE: whoever wrote this is not part of us. Treat links with care.",
        "*** This message was sent by someone outside. Do not give it your password. ***",
        "Vorsicht: Der Absender gehört nicht zum Haus. Öffnen Sie Anhänge,\nwenn Sie ihm trauen.",
    ],
)
def test_a_banner_in_unknown_words_is_cut(banner: str) -> None:
    assert new_text(f"{banner}\n\n{MINE}") == MINE


@pytest.mark.parametrize(
    "own",
    [
        "We got a message from outside with a link. Is it from you?\n\nThe sender is strange.",
        "The links in your external newsletter mail do not open.\n\nPlease repair them.",
        "This email you sent came as external, its links are blocked.\n\nPlease send it again.",
        "Warning: the external unit leaks\n\nPlease send somebody.",
    ],
)
def test_words_that_only_look_like_a_banner_stay(own: str) -> None:
    assert new_text(own) == own


def test_only_so_many_banners_are_looked_for() -> None:
    assert new_text("EXTERNAL\n" * 30 + MINE).count("EXTERNAL") == 10


def test_a_notice_below_a_quote_is_cut_and_an_answer_is_not() -> None:
    quote = "> When do you need them?"
    notice = (
        "Bergpumpen KG is registered in Hamburg. Any personal data in a message is processed\n"
        "under the terms that may be had on request."
    )
    assert new_text(f"{MINE}\n\n{quote}\n\n{notice}", ANNA) == MINE
    answer = "VAT DE555, registered in Hamburg"
    assert new_text(f"{MINE}\n\n{quote}\n\n{answer}", ANNA) == f"{MINE}\n\n{answer}"


@pytest.mark.parametrize("top", ["Anna Berg", "Karla Winter\nHead of Buying\nBergpumpen", ""])
def test_a_forward_below_only_a_card_is_read_inside(top: str) -> None:
    block = "From: Bob\nSent: Monday\nTo: Anna\nSubject: Pump\nImportance: High"
    text = new_text(f"{top}\n\n{block}\n\nThe pump has been leaking since Monday.", ANNA)
    assert text.endswith("The pump has been leaking since Monday.")
    assert "Importance" not in text


def test_the_subject_says_that_a_history_is_forwarded() -> None:
    body = (
        "Can you look at this one?\n\nFrom: Bob [mailto:bob@bergpumpen.example]\nSent: Monday\n"
        "To: Anna\nSubject: Pump\n\nThe pump has been leaking since Monday.\n\nBob"
    )
    expected = "Can you look at this one?\n\nThe pump has been leaking since Monday."
    assert new_text(body, ANNA, subject="Fwd: Pump") == expected
    assert new_text(body, ANNA, subject="Re: Pump") == "Can you look at this one?"


def test_fields_of_any_name_below_a_forward_mark_are_no_text() -> None:
    body = (
        "------ Forwarded message ------\nTemat: x\nNapisał: b@b.example\n\nThe pump leaks again."
    )
    assert new_text(body) == "The pump leaks again."


def test_a_history_in_one_line_is_cut() -> None:
    header = "From: Bob Sent: Monday 09:12 To: Anna Subject: Pump"
    assert new_text(f"{MINE}\n\n{header}\nWe sell pumps to many.") == MINE


def test_a_line_that_asks_to_answer_above_it_begins_the_history() -> None:
    line = "##- Please type your reply above this line -##"
    assert new_text(f"{MINE}\n\n{line}\n\nYour ticket was opened.") == MINE
