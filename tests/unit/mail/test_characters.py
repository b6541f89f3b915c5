"""Letters drawn like Latin ones: read as they look where they stand in for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.characters import clean_text


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("р\u0075mр", "pump"),
        ("We nееd а quоte", "We need а quote"),
        ("ΡUMΡ", "PUMP"),
        ("invοice", "invoice"),
        ("Müllеr", "Müller"),
        ("cafе\u0301", "café"),
        ("bа\u0301о", "báo"),
        ("M8х40_а", "M8x40_a"),
        ("ＰＵＭＰ ２０", "PUMP 20"),
        ("𝐩𝐮𝐦𝐩 𝟐𝟎", "pump 20"),
        ("𝐩аid", "paid"),
    ],
)
def test_look_alikes_inside_latin_words_are_read_as_they_look(disguised: str, plain: str) -> None:
    assert clean_text(disguised) == plain


@pytest.mark.parametrize(
    "own",
    [
        "Пришлите счёт за насосы",
        "рау",
        "ΝΑΙ, τον Μάιο",
        "USB-кабель и e-mail-адрес",
        "SMSки",
        "10кг по 5 руб",
        "5 kΩ at 20 μm, ΔT 40 K",
        "ポンプを20台",
        "Grüße aus Köln: 20 €, “größer”",
    ],
)
def test_words_of_other_scripts_stay(own: str) -> None:
    assert clean_text(own) == own


LETTERS = st.sampled_from(
    "aeB -1_é\u0430\u043e\u0440\u0433\u0456\u03bf\u0301\u0308\u0323\u0483\uff21\U0001d41a"
)


@given(st.lists(LETTERS, max_size=12).map("".join))
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
