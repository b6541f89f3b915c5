import pytest

from service.decision import Outcome, ReviewReason
from service.errors import MessageRefused
from service.intake import answer_message
from service.mail.parse import compose_message
from service.message import Message
from service.model.classifier import Classifier
from service.routing import Teams

LATE = "It was promised for Monday, PO 4471 is still not here. Where is it?"


def test_a_message_gets_label_route_and_model(classifier: Classifier, teams: Teams) -> None:
    answer = answer_message(lambda: compose_message(text=LATE), classifier, teams)
    assert answer.decision.label == "order_status"
    assert answer.route is not None
    assert answer.model == classifier.reference
    assert len(answer.also_routes) == len(answer.decision.also)


def test_two_answers_never_share_an_id(classifier: Classifier, teams: Teams) -> None:
    first, second = (
        answer_message(lambda: compose_message(text=LATE), classifier, teams) for _ in range(2)
    )
    assert first.decision_id != second.decision_id


def test_the_steps_add_up_to_the_total(classifier: Classifier, teams: Teams) -> None:
    timings = answer_message(
        lambda: compose_message(text=LATE), classifier, teams, queue_ms=7.0
    ).timings_ms
    steps = (timings.parse, timings.queue, timings.tokenize, timings.infer, timings.decide)
    assert sum(steps) == pytest.approx(timings.total)
    assert timings.queue == 7.0
    assert min(steps) >= 0


def test_a_refused_message_goes_to_a_person(classifier: Classifier, teams: Teams) -> None:
    def refuse() -> Message:
        raise MessageRefused("max_parts", "300 is over 200")

    answer = answer_message(refuse, classifier, teams)
    assert answer.decision.outcome is Outcome.REVIEW
    assert answer.decision.review_reason is ReviewReason.REFUSED
    assert answer.route == teams.review


def test_an_empty_message_goes_to_a_person(classifier: Classifier, teams: Teams) -> None:
    answer = answer_message(Message, classifier, teams)
    assert answer.decision.review_reason is ReviewReason.EMPTY
    assert (answer.timings_ms.infer, answer.n_graphs) == (0, 0)


def test_an_auto_reply_is_not_classified(classifier: Classifier, teams: Teams) -> None:
    reply = compose_message(
        subject="Out of office: PO 4471",
        text="I am away until Monday.",
        headers=[("Auto-Submitted", "auto-replied")],
    )
    answer = answer_message(lambda: reply, classifier, teams)
    assert answer.decision.outcome is Outcome.BYPASS
    assert answer.decision.bypass_reason == "auto_reply"
    assert answer.route is None
