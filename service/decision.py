"""A prediction and thresholds to a decision: route, review or bypass. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from service.model.bundle import Thresholds
from service.model.classifier import Prediction
from service.model.evidence import Evidence

_MOST: Final = 0.5  # of the words unknown, and nobody can say what the message asks for


class Outcome(StrEnum):
    """What happens to a message next."""

    ROUTE = "route"  # the label's team answers
    REVIEW = "review"  # a person looks first
    BYPASS = "bypass"  # bounce, auto-reply or loop: nobody answers


class ReviewReason(StrEnum):
    """Why a person must look."""

    DOUBTFUL = "doubtful"  # the confidence is under the threshold
    UNREADABLE = "unreadable"  # most of it is in letters that the model does not know
    EMPTY = "empty"  # there is no text to read
    REFUSED = "refused"  # the message breaks a bound of the parser


@dataclass(frozen=True, slots=True)
class Request:
    """A further request made in the same message."""

    label: str
    confidence: float
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one message. ``label`` is None when the model did not read it."""

    outcome: Outcome
    label: str | None = None
    confidence: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    also: tuple[Request, ...] = ()
    evidence: Evidence | None = None
    review_reason: ReviewReason | None = None
    bypass_reason: str | None = None


def decide(prediction: Prediction, thresholds: Thresholds) -> Decision:
    """Route to the likeliest label if it is read and likely enough, else ask a person."""
    label, confidence = max(prediction.labels.items(), key=lambda item: item[1])
    doubt = None if confidence >= thresholds.route else ReviewReason.DOUBTFUL
    if prediction.unknown > _MOST:
        doubt = ReviewReason.UNREADABLE
    return Decision(
        outcome=Outcome.REVIEW if doubt else Outcome.ROUTE,
        label=label,
        confidence=confidence,
        probabilities=prediction.labels,
        also=_further_requests(label, prediction, thresholds.also),
        evidence=prediction.label_evidence.get(label),
        review_reason=doubt,
    )


def _further_requests(
    label: str, prediction: Prediction, least: Mapping[str, float]
) -> tuple[Request, ...]:
    found = (
        Request(name, confidence, prediction.request_evidence.get(name))
        for name, confidence in prediction.requests.items()
        if name != label and confidence >= least[name]
    )
    return tuple(sorted(found, key=lambda request: -request.confidence))


def review(reason: ReviewReason) -> Decision:
    """A message the model cannot read: a person must."""
    return Decision(outcome=Outcome.REVIEW, review_reason=reason)


def bypass(reason: str) -> Decision:
    """A message nobody needs to answer, recognised before the model."""
    return Decision(outcome=Outcome.BYPASS, bypass_reason=reason)
