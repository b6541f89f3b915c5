"""Altered copies of messages: never empty, nothing in them that nobody wrote, alike each time."""

import pytest

from training.transfer import make_transfer_texts

TEXTS = [
    "Order 7741\n\nThe pallet is here. One box is crushed. Please send it again.",
    "What would ten more cost?",
    "Our login fails. It says error 5. We tried twice. Can you reset it?",
]
SENTENCES = {
    "Order 7741",
    "The pallet is here.",
    "One box is crushed.",
    "Please send it again.",
    "What would ten more cost?",
    "Our login fails.",
    "It says error 5.",
    "We tried twice.",
    "Can you reset it?",
}


@pytest.mark.parametrize("seed", range(30))
def test_copies_are_altered_and_hold_nothing_new(seed: int) -> None:
    copies = make_transfer_texts(TEXTS, 4, seed)
    assert len(copies) == 4 * len(TEXTS)
    for copy in copies:
        assert copy.strip()
        assert set(copy.split("\n")) <= SENTENCES
    assert make_transfer_texts(TEXTS, 4, seed) == copies


def test_no_copies_are_no_texts() -> None:
    assert make_transfer_texts(TEXTS, 0, 1) == []
