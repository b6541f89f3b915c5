"""Sentences taken away: which, and what it costs a network when the wrong thing happens."""

import numpy as np
import pytest
import torch

from training.deletions import Deletions, deletion_loss, draw_deletions

TOKENS = [np.array([2, 11, 12, 21, 22, 31, 3]), np.array([2, 11, 3])]
SENTENCES = [np.array([-1, 0, 0, 1, 1, 2, -1]), np.array([-1, 0, -1])]
LABELS = np.array([1, 0])


def said(strong_sentence: int) -> np.ndarray:
    tokens = np.zeros((2, 7, 3), np.float32)
    tokens[0, strong_sentence * 2 + 1, LABELS[0]] = 2.0
    tokens[0, 0, LABELS[0]] = 9.0  # the special token belongs to no sentence
    return tokens


@pytest.mark.parametrize("strong", [0, 1, 2])
def test_the_evidence_or_another_sentence_goes_and_special_tokens_stay(strong: int) -> None:
    kinds = set()
    for seed in range(20):
        drawn = draw_deletions(TOKENS, SENTENCES, said(strong), LABELS, np.random.default_rng(seed))
        assert drawn.rows == [0]  # the other text has one sentence only
        (left,) = drawn.tokens
        (gone,) = {0, 1, 2} - {(int(token) // 10) - 1 for token in left if token > 3}
        assert (left[0], left[-1]) == (2, 3)
        assert bool(drawn.is_evidence[0]) == (gone == strong)
        kinds.add(bool(drawn.is_evidence[0]))
    assert kinds == {True, False}


def test_the_loss_wants_a_fall_without_evidence_and_none_without_another() -> None:
    gold = torch.tensor([0])
    sure, unsure = torch.tensor([[3.0, 0.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0]])
    evidence = Deletions([0], [], torch.tensor([True]))
    other = Deletions([0], [], torch.tensor([False]))
    assert deletion_loss(sure, unsure, evidence, gold) == 0
    assert deletion_loss(unsure, sure, other, gold) == 0
    assert deletion_loss(unsure, unsure, evidence, gold) == pytest.approx(0.5, abs=1e-4)
    assert deletion_loss(sure, unsure, other, gold) == pytest.approx(2.05, abs=1e-4)


def test_only_the_shortened_text_is_taught() -> None:
    before = torch.tensor([[1.0, 0.0]], requires_grad=True)
    after = torch.tensor([[1.0, 0.0]], requires_grad=True)
    deletions = Deletions([0], [], torch.tensor([True]))
    deletion_loss(before, after, deletions, torch.tensor([0])).backward()
    assert before.grad is None
    assert after.grad is not None
    assert after.grad[0, 0] > 0
