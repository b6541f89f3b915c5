import numpy as np
import pytest
from scipy.sparse import csr_matrix

from training.baselines import report_lexical
from training.dataset import LABELS, Example
from training.suspects import find_suspects

N_AUTHORS, N_EACH = 6, 50
WORDS = {"selling_opportunity": "tender", "order_status": "parcel", "billing": "ledger",
         "technical_issue": "firmware", "none": "survey"}  # fmt: skip


def example(number: int, label: str) -> Example:
    author = number % N_AUTHORS
    return Example.model_construct(
        id=f"b{author}-{number:04}", subject="", primary=label, also=(), slice="plain",
        body=f"About the {WORDS[label]} of week {number}, please have a look at it.",
    )  # fmt: skip


@pytest.fixture
def examples() -> list[Example]:
    return [example(n, LABELS[n % len(LABELS)]) for n in range(N_AUTHORS * N_EACH)]


def features(examples: list[Example]) -> csr_matrix:
    """One column for each label's word, as its message was written, whatever the label says now."""
    written = [next(x for x, word in WORDS.items() if word in e.body) for e in examples]
    return csr_matrix(np.eye(len(LABELS))[[LABELS.index(label) for label in written]])


def test_a_label_that_all_others_speak_against_is_the_first_suspect(
    examples: list[Example],
) -> None:
    examples[8] = examples[8].model_copy(update={"primary": "billing"})
    suspect, *rest = find_suspects(features(examples), examples, share=0.02)
    assert suspect.example is examples[8]
    assert suspect.other == LABELS[8 % len(LABELS)]
    assert suspect.margin > 0
    assert rest == []


def test_labels_that_agree_are_not_suspected(examples: list[Example]) -> None:
    assert find_suspects(features(examples), examples, share=1.0) == []


def test_no_more_than_the_share_asked_for_is_listed(examples: list[Example]) -> None:
    for n in range(0, 40, 5):
        examples[n] = examples[n].model_copy(update={"primary": "none"})
    assert len(find_suspects(features(examples), examples, share=0.01)) == 3


def test_words_that_give_the_label_away_show_in_the_lexical_baseline(
    examples: list[Example],
) -> None:
    table = report_lexical(examples)
    assert f"| all | {len(examples)} | 1.000 |" in table
