import numpy as np
import pytest

from service.model.bundle import Bundle
from service.model.classifier import Classifier, calibrate
from service.model.network import Logits
from service.model.tokens import Tokenizer

NOTHING = np.zeros((0, 5), np.float32)


def test_label_probabilities_sum_to_one_in_the_order_of_the_manifest(
    classifier: Classifier,
) -> None:
    found = classifier.classify("Where is PO 4471?")
    assert tuple(found.labels) == classifier.manifest.labels
    assert sum(found.labels.values()) == pytest.approx(1.0, abs=1e-9)
    assert all(0 <= value <= 1 for value in found.requests.values())


def test_the_same_text_always_gets_the_same_answer(classifier: Classifier) -> None:
    first, second = (classifier.classify("The pump leaks again") for _ in range(2))
    assert (first.labels, first.requests) == (second.labels, second.requests)


def test_another_session_of_the_same_bundle_answers_identically(
    classifier: Classifier, bundle: Bundle
) -> None:
    text = "Please send us a copy of 2231"
    assert Classifier(bundle).classify(text).labels == classifier.classify(text).labels


def test_temperature_softens_without_changing_the_order(bundle: Bundle) -> None:
    labels = np.array([3, 1, 0, 0, 0], np.float32)
    logits = Logits(labels, np.zeros(4, np.float32), NOTHING, NOTHING)
    warm = bundle.manifest.model_copy(update={"temperature": 2.0})
    cold = bundle.manifest.model_copy(update={"temperature": 1.0})
    first = bundle.manifest.labels[0]
    assert calibrate(logits, warm)[0][first] < calibrate(logits, cold)[0][first]
    assert max(calibrate(logits, warm)[0].items(), key=lambda item: item[1])[0] == first


def test_huge_logits_do_not_overflow(bundle: Bundle) -> None:
    requests = np.array([80, -80, 9e3, -9e3], np.float32)
    logits = Logits(np.array([9e3, -9e3, 0, 0, 0], np.float32), requests, NOTHING, NOTHING)
    labels, found = calibrate(logits, bundle.manifest)
    assert next(iter(labels.values())) == 1.0
    assert list(found.values()) == pytest.approx([1, 0, 1, 0], abs=1e-12)


@pytest.mark.parametrize("text", ["", "a", "wort " * 5_000, "\U0001f600" * 400])
def test_tokens_stay_within_their_limits(bundle: Bundle, text: str) -> None:
    tokens = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens).tokenize(text)
    assert 1 <= tokens.ids.shape[1] <= bundle.manifest.max_tokens
    assert tokens.ids.shape == tokens.mask.shape
    assert tokens.mask.all()


def test_a_short_text_is_not_padded(bundle: Bundle) -> None:
    tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
    assert tokenizer.tokenize("Where is it?").ids.shape[1] < 12
