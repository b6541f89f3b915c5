"""The sentence that says why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.classifier import Classifier
from service.model.evidence import split_sentences, strongest, sum_by_sentence

TEXT = "Late again\n\nWhere is PO 4471? It was due at 10.30 on Monday.\nWe may also need ten more."


def test_sentences_end_at_stops_and_lines_but_not_inside_numbers() -> None:
    assert [TEXT[start:end] for start, end in split_sentences(TEXT)] == [
        "Late again",
        "Where is PO 4471?",
        "It was due at 10.30 on Monday.",
        "We may also need ten more.",
    ]


@given(st.text(alphabet="a.?! \n\u00e9", max_size=60))
def test_sentences_hold_every_letter_once_and_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(text[a:b].strip() for a, b in spans)
    assert spans == sorted(spans)


def test_tokens_are_summed_by_the_sentence_they_start_in() -> None:
    offsets = [(0, 0), (0, 2), (3, 5), (6, 8), (0, 0)]
    tokens = np.array([[9, 9], [1, 0], [2, 0], [0, 4], [9, 9]], np.float32)
    sums = sum_by_sentence([(0, 5), (6, 8)], offsets, tokens)
    assert sums.tolist() == [[3, 0], [0, 4]]


def test_the_strongest_sentence_has_its_share_of_what_speaks_for_the_answer() -> None:
    evidence = strongest("ab cd", [(0, 2), (3, 5)], np.array([1, 3], np.float32))
    assert evidence is not None
    assert (evidence.text, evidence.start, evidence.end, evidence.weight) == ("cd", 3, 5, 0.75)
    assert strongest("ab", [(0, 2)], np.array([-1], np.float32)) is None
    assert strongest("", [], np.zeros(0, np.float32)) is None


@pytest.mark.parametrize("text", ["", "Where is PO 4471?", TEXT, "x " * 3_000])
def test_evidence_of_a_real_bundle_is_a_sentence_of_the_text(
    classifier: Classifier, text: str
) -> None:
    prediction = classifier.classify(text)
    found = (*prediction.label_evidence.values(), *prediction.request_evidence.values())
    assert all(e is None or text[e.start : e.end] == e.text for e in found)


def test_a_label_that_can_be_asked_for_has_the_evidence_of_its_request(
    classifier: Classifier,
) -> None:
    found = classifier.classify(TEXT)
    for request, evidence in found.request_evidence.items():
        assert found.label_evidence[request] == evidence
    assert set(found.label_evidence) - set(found.request_evidence) == {"none"}
