import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.masking import MAX_DIGIT_RUN, mask_message, shape

FRAGMENTS = st.sampled_from(
    [
        "Dear Ann,\n", "hi bob,\n", "\nKind regards\nJo Park\n", "+44 1632 960", "030 / ", "(0",
        "GB29 NWBK 6016 1331 9268 19", "4111 1111 1111 1111", "Tel: ", "From: ", "Ann", ", ", " ",
        "@x.de", "regards,\n", "a.b@c.example", "00", "١٢٣٤", "\r\n", "-", ".",
    ]
)  # fmt: skip
TEXTS = st.lists(
    FRAGMENTS | st.text(max_size=6) | st.from_regex(r"[0-9 +-]{1,9}"), max_size=12
).map("".join)


def masked(text: str, *people: str) -> str:
    return mask_message("", text, people)[1]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to Ann.Lee2@acme.example now", "write to Xxx.Xxx#@xxxx.xxxxxxx now"),
        ("call +44 1632 960123 today", "call +## #### ###### today"),
        ("call 0049 30 1234567", "call #### ## #######"),
        ("unter 030 / 123 45-67 bitte", "unter ### / ### ##-## bitte"),
        ("au 06 12 34 56 78 merci", "au ## ## ## ## ## merci"),
        ("at (555) 123-4567, ask", "at (###) ###-####, ask"),
        ("Tel: 4710 815", "Tel: #### ###"),
        ("DE89 3704 0044 0532 0130 00 is ours", "XX## #### #### #### #### ## is ours"),
        ("PL61109010140000071219812874", "XX##########################"),
        ("GB29 NWBK 6016 1331 9268 19.", "XX## XXXX #### #### #### ##."),
        ("card 4111 1111 1111 1111 expired", "card #### #### #### #### expired"),
        ("order 4821377", "order #######"),
    ],
)
def test_numbers_and_addresses_of_people_keep_only_their_shape(text: str, hidden: str) -> None:
    assert masked(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "order 48213 of 04.12.2024, 1,250.00 EUR",
        "on 2024-12-04 at 11:11",
        "part 30-118-44 and AB12 WHERE",
        "serial 4111 1111 1111 1112 misses Luhn's check",
        "Hi,\nwhere is it",
        "hello where is order",
        "Dear Sir or Madam,",
        "Hello team,",
        "So.\nRegards,",
        "From: @",
        "We will mark the bill in May",
    ],
)
def test_what_points_to_nobody_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Dear Mrs Lee-Park,\nit broke", "Dear Mrs Xxx-Xxxx,\nit broke"),
        ("Good morning Ann\r\nit broke", "Good morning Xxx\r\nit broke"),
        ("Hi Ann \u2013 it broke, Ann", "Hi Xxx \u2013 it broke, Xxx"),
        ("hi ann, it broke", "hi xxx, it broke"),
        ("regards,\nDear Ann,\n", "regards,\nXxxx Xxx,\n"),
        ("Sehr geehrte Frau Özil,", "Sehr geehrte Frau Xxxx,"),
        ("So.\n\nKind regards\n\nJo O'Hara\nACME", "So.\n\nKind regards\n\nXx X'Xxxx\nACME"),
        ("Jo asks.\nthanks, jo", "Xx asks.\nthanks, xx"),
        ("> From: Karla Ruiz <k>\n> Karla asks", "> From: Xxxxx Xxxx <k>\n> Xxxxx asks"),
    ],
)  # fmt: skip
def test_names_in_greetings_signatures_and_quotes_are_hidden(text: str, hidden: str) -> None:
    assert masked(text) == hidden


def test_names_of_the_headers_are_hidden_wherever_they_have_a_capital() -> None:
    people = ["Will Smith", "ACME Orders"]
    subject, body = mask_message("For Smith", "Smith asks: will Orders send it?", people)
    assert (subject, body) == ("For Xxxxx", "Xxxxx asks: will Orders send it?")


def test_the_same_words_get_the_same_placeholder_in_every_message() -> None:
    assert masked("Dear Ann,\nAnn here").count(shape("Ann")) == 2
    assert masked("Hi Ann, 4821377") == f"Hi {shape('Ann')}, {shape('4821377')}"


@given(TEXTS, TEXTS, st.lists(st.sampled_from(["Ann Lee", "x@y.z", "Jo"]), max_size=2))
def test_masking_twice_is_masking_once(subject: str, body: str, people: list[str]) -> None:
    once = mask_message(subject, body, people)
    assert mask_message(*once, people) == once


@given(TEXTS, TEXTS)
@example("123456", "1234567 +49 123456")
def test_no_digit_run_over_the_limit_survives(subject: str, body: str) -> None:
    for text in mask_message(subject, body):
        assert re.search(rf"\d{{{MAX_DIGIT_RUN + 1}}}", text) is None


@given(TEXTS, TEXTS)
def test_masking_keeps_length_and_every_mark(subject: str, body: str) -> None:
    for before, after in zip((subject, body), mask_message(subject, body), strict=True):
        assert shape(after) == shape(before)
