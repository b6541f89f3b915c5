"""The small graph answers alone where it is sure, and only there."""

from dataclasses import replace

import numpy as np
import pytest

from service.model.bundle import Bundle, FirstStage
from service.model.cascade import Cascade, is_sure
from service.model.classifier import Classifier
from service.model.logits import Logits
from service.model.network import Network
from service.model.tokens import Tokenizer, Tokens

TEXT = "The pump leaks again, and where are the two seals we ordered in May?"
NOTHING = np.zeros((0, 5), np.float32)


@pytest.fixture
def tokens(bundle: Bundle) -> Tokens:
    return Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens).tokenize(TEXT)


def staged(bundle: Bundle, alone: float, doubt: float = 1.0) -> Bundle:
    """The bundle with other settings of its first stage, whose temperature is 2."""
    manifest = bundle.manifest
    doubts = dict.fromkeys(manifest.requests, doubt)
    changes = {
        "first": FirstStage(temperature=2.0, most_doubt=doubts),
        "thresholds": manifest.thresholds.model_copy(update={"alone": alone}),
    }
    return replace(bundle, manifest=manifest.model_copy(update=changes))


def test_the_committed_bundle_has_a_first_stage(bundle: Bundle) -> None:
    assert bundle.first is not None
    assert len(bundle.first) < 0.2 * len(bundle.model)
    assert len(bundle.first) + len(bundle.model) <= 25e6


@pytest.mark.parametrize(
    ("label", "requests", "sure"),
    [
        (5.0, {}, True),
        (3.0, {}, False),  # 0.83 of five labels
        (5.0, {"selling_opportunity": 0.0}, False),
        (5.0, {"billing": -2.0}, False),
        (5.0, {"order_status": 9.0}, True),  # the label itself is no further request
    ],
)
def test_sure_is_a_likely_label_and_no_likely_further_request(
    bundle: Bundle, label: float, requests: dict[str, float], *, sure: bool
) -> None:
    manifest = staged(bundle, alone=0.9, doubt=0.05).manifest
    assert manifest.first is not None
    labels = np.array([label * (name == "order_status") for name in manifest.labels], np.float32)
    asked = np.array([requests.get(name, -6.0) for name in manifest.requests], np.float32)
    assert is_sure(Logits(labels, asked, NOTHING, NOTHING), manifest.first, manifest) is sure


def test_above_certainty_nothing_is_sure(bundle: Bundle) -> None:
    manifest = staged(bundle, alone=1.0).manifest
    assert manifest.first is not None
    certain = Logits(np.array([9e3, 0, 0, 0, 0], np.float32), np.zeros(4), NOTHING, NOTHING)
    assert certain.label_probabilities().max() == 1.0
    assert not is_sure(certain, manifest.first, manifest)


def test_where_the_first_stage_is_sure_its_answer_stands(bundle: Bundle, tokens: Tokens) -> None:
    assert bundle.first is not None
    answer = Cascade(staged(bundle, alone=0.0))
    small = Network(bundle.first).run(tokens)
    found = answer.run(tokens)
    assert found.labels == pytest.approx(small.labels / 2)
    assert found.requests == pytest.approx(small.requests)
    assert found.n_graphs == 1


def test_where_it_is_not_the_large_graph_answers(bundle: Bundle, tokens: Tokens) -> None:
    found = Cascade(staged(bundle, alone=1.0)).run(tokens)
    large = Network(bundle.model).run(tokens)
    assert found.labels == pytest.approx(large.labels / bundle.manifest.temperature)
    assert found.requests == pytest.approx(large.requests)
    assert found.n_graphs == 2


@pytest.mark.parametrize(("alone", "n_graphs"), [(0.0, 1), (1.0, 2)])
def test_a_prediction_says_how_many_graphs_made_it(
    bundle: Bundle, alone: float, n_graphs: int
) -> None:
    assert Classifier(staged(bundle, alone)).classify(TEXT).n_graphs == n_graphs


def test_without_a_first_stage_the_large_graph_answers(bundle: Bundle, tokens: Tokens) -> None:
    manifest = bundle.manifest.model_copy(update={"first": None})
    found = Cascade(replace(bundle, manifest=manifest, first=None)).run(tokens)
    large = Network(bundle.model).run(tokens)
    assert found.labels == pytest.approx(large.labels / manifest.temperature)
