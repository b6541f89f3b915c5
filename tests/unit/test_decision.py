from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.decision import Outcome, ReviewReason, bypass, decide, review
from service.model.bundle import Thresholds
from service.model.classifier import Prediction

ALSO = {"sales": 0.5, "orders": 0.5}


def predicted(
    sales: float, orders: float, requests: Mapping[str, float] = MappingProxyType({})
) -> Prediction:
    return Prediction(
        labels={"sales": sales, "orders": orders},
        requests={"sales": 0.0, "orders": 0.0, **requests},
        tokenize_ms=0.0,
        infer_ms=0.0,
        n_graphs=1,
    )


def thresholds(route: float) -> Thresholds:
    return Thresholds(route=route, risk=0.05, assurance=0.95, also=ALSO)


def test_a_sure_message_is_routed_to_its_label() -> None:
    decision = decide(predicted(0.9, 0.1), thresholds(0.9))
    assert (decision.outcome, decision.label) == (Outcome.ROUTE, "sales")
    assert decision.review_reason is None


def test_a_doubtful_message_goes_to_a_person_with_its_likeliest_label() -> None:
    decision = decide(predicted(0.4, 0.6), thresholds(0.61))
    assert (decision.outcome, decision.label) == (Outcome.REVIEW, "orders")
    assert decision.review_reason is ReviewReason.DOUBTFUL


def test_what_is_mostly_unknown_letters_goes_to_a_person_however_sure() -> None:
    read = predicted(0.99, 0.01)
    assert decide(replace(read, unknown=0.5), thresholds(0.5)).outcome is Outcome.ROUTE
    decision = decide(replace(read, unknown=0.51), thresholds(0.5))
    assert (decision.outcome, decision.label) == (Outcome.REVIEW, "sales")
    assert decision.review_reason is ReviewReason.UNREADABLE


def test_a_further_request_is_named_but_the_label_itself_never_is() -> None:
    decision = decide(predicted(0.1, 0.9, {"sales": 0.5, "orders": 0.99}), thresholds(0.5))
    assert [request.label for request in decision.also] == ["sales"]


def test_a_further_request_under_its_threshold_is_not_named() -> None:
    assert decide(predicted(0.1, 0.9, {"sales": 0.49}), thresholds(0.5)).also == ()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_routes_more(sure: float, threshold: float) -> None:
    read = predicted(sure, 1 - sure)
    if decide(read, thresholds(threshold)).outcome is Outcome.ROUTE:
        lower = decide(read, thresholds(threshold / 2))
        assert lower.outcome is Outcome.ROUTE


@pytest.mark.parametrize("reason", list(ReviewReason))
def test_an_unread_message_is_reviewed_without_a_label(reason: ReviewReason) -> None:
    decision = review(reason)
    assert (decision.outcome, decision.label) == (Outcome.REVIEW, None)
    assert decision.review_reason is reason


def test_a_bypassed_message_says_why() -> None:
    decision = bypass("bounce")
    assert (decision.outcome, decision.bypass_reason) == (Outcome.BYPASS, "bounce")
