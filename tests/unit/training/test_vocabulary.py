"""Broken words that take free places in a tokenizer's table."""

from typing import Final

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from training.vocabulary import learn_words, place_words

VOCABULARY: Final = (
    "[PAD]", "[unused0]", "[UNK]", "wi", "##r", "ni", "##cht", "##s", "wait", "я", "##я", "7", "я7",
)  # fmt: skip
TEXTS: Final = ("Wir wait", "wir, wir nichts", "Nichts 77", "wir 77 nichts wait", "nicht 77")


@pytest.fixture
def definition() -> str:
    ids = {token: at for at, token in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordPiece(vocab=ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    written: str = tokenizer.to_str()
    return written


def read(definition: str, text: str) -> list[str]:
    tokens: list[str] = Tokenizer.from_str(definition).encode(text).tokens
    return tokens


def test_words_that_save_most_come_first_and_take_free_places(definition: str) -> None:
    """Three texts with "nichts" save two tokens each, three with "wir" one, "nicht" is rare."""
    learned, pieces = learn_words(definition, TEXTS, min_count=2)
    assert pieces == {1: [5, 6, 7], 9: [3, 4]}
    assert read(learned, "Wir wait nichts nicht") == ["wir", "wait", "nichts", "ni", "##cht"]
    assert Tokenizer.from_str(learned).get_vocab_size() == len(VOCABULARY)


def test_without_room_the_rest_stays_broken(definition: str) -> None:
    many = [*TEXTS, *["wir" + "r" * n for n in range(1, 9) for _ in range(3)]]
    learned, pieces = learn_words(definition, many, min_count=2)
    assert sorted(pieces) == [1, 9, 10, 12]
    assert read(learned, "wirrrrrrrrr wir wait") == ["wirrrrrrrrr", "wi", "##r", "wait"]


def test_a_new_word_starts_as_the_mean_of_its_pieces(definition: str) -> None:
    _, pieces = learn_words(definition, TEXTS, min_count=2)
    table = torch.arange(2.0 * len(VOCABULARY)).reshape(-1, 2)
    before = table.clone()
    place_words(table, pieces)
    assert torch.equal(table[1], before[[5, 6, 7]].mean(dim=0))
    assert torch.equal(table[9], before[[3, 4]].mean(dim=0))
    kept = [at for at in range(len(VOCABULARY)) if at not in pieces]
    assert torch.equal(table[kept], before[kept])
