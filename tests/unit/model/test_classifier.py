import pytest

from service.model.bundle import Bundle
from service.model.classifier import Classifier
from service.model.tokens import Tokenizer


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


@pytest.mark.parametrize("text", ["", "a", "wort " * 5_000, "\U0001f600" * 400])
def test_tokens_stay_within_their_limits(bundle: Bundle, text: str) -> None:
    tokens = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens).tokenize(text)
    assert 1 <= tokens.ids.shape[1] <= bundle.manifest.max_tokens
    assert tokens.ids.shape == tokens.mask.shape
    assert tokens.mask.all()


def test_a_short_text_is_not_padded(bundle: Bundle) -> None:
    tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
    assert tokenizer.tokenize("Where is it?").ids.shape[1] < 12


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Where is PO 4471?", 0.0, 0.0),
        ("Gdzie jest zamówienie 4471? Miało być w środę.", 0.0, 0.0),
        ("Где наш заказ? Обещали в понедельник.", 0.8, 1.0),
        ("我们的订单在哪里", 0.9, 1.0),
        ("", 0.0, 0.0),
    ],
)
def test_letters_that_the_model_does_not_know_are_counted(
    classifier: Classifier, text: str, least: float, most: float
) -> None:
    assert least <= classifier.classify(text).unknown <= most
