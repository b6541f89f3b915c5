"""Requests and answers of the API, as JSON."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from service.api.problems import describe
from service.decision import Outcome, Request, ReviewReason
from service.errors import SignalboxError
from service.intake import Answer, Timings
from service.mail.limits import MAX_HEADERS
from service.mail.parse import compose_message
from service.message import Envelope, Message
from service.model.classifier import ModelReference
from service.model.evidence import Evidence
from service.routing import Route
from service.verdict import Verdict

MAX_BATCH_ITEMS: Final = 256

MAX_IDENTIFIER_CHARS: Final = 256

HeaderPair = tuple[str, str]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=MAX_IDENTIFIER_CHARS)]

_EXAMPLE_REQUEST: Final[JsonDict] = {
    "id": "msg-4711",
    "envelope": {"from": "mara@example.org", "to": ["info@example.com"]},
    "subject": "Delivery note 88120",
    "text": "Two of the five pallets are still missing. When will they come? We also open a "
    "second site in May, what would the same again cost us?",
}
_EXAMPLE_ANSWER: Final[JsonDict] = {
    "id": "msg-4711",
    "decision_id": "0b9f4a3c6f0d4f3f8f8b4b0b6c6d5e4a",
    "outcome": "route",
    "label": "order_status",
    "confidence": 0.93,
    "probabilities": {
        "selling_opportunity": 0.04,
        "order_status": 0.93,
        "billing": 0.01,
        "technical_issue": 0.01,
        "none": 0.01,
    },
    "also": [
        {
            "label": "selling_opportunity",
            "confidence": 0.88,
            "team": "sales",
            "address": "sales@example.com",
            "evidence": {
                "text": "We also open a second site in May, what would the same again cost us?",
                "start": 92,
                "end": 162,
                "weight": 0.83,
            },
        }
    ],
    "evidence": [
        {
            "text": "Two of the five pallets are still missing.",
            "start": 21,
            "end": 63,
            "weight": 0.61,
        }
    ],
    "route": {"team": "orders", "address": "orders@example.com"},
    "review_reason": None,
    "bypass_reason": None,
    "model": {"name": "default", "version": "1", "digest": "5d41402a"},
    "timings_ms": {
        "parse": 0.1,
        "queue": 0.0,
        "tokenize": 0.1,
        "infer": 9.8,
        "decide": 0.0,
        "total": 10.0,
    },
}


class EnvelopeItem(BaseModel):
    """What SMTP said: reverse path (empty for the null sender) and recipients."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    sender: Annotated[str | None, Field(alias="from", max_length=512)] = None
    to: Annotated[list[str], Field(max_length=1_000)] = []


class ClassifyRequest(BaseModel):
    """One message, already taken apart by the gateway. `text` wins over `html`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE_REQUEST]})

    id: Annotated[Identifier | None, Field(description="Yours; comes back in the answer.")] = None
    envelope: EnvelopeItem = EnvelopeItem()
    headers: Annotated[
        Annotated[dict[str, str], Field(max_length=MAX_HEADERS)]
        | Annotated[list[HeaderPair], Field(max_length=MAX_HEADERS)],
        Field(description="Of the message: an object, or pairs where names repeat."),
    ] = []
    subject: str = ""
    text: str | None = None
    html: str | None = None

    def message(self) -> Message:
        """The message these fields describe."""
        headers = list(self.headers.items()) if isinstance(self.headers, dict) else self.headers
        envelope = Envelope(sender=self.envelope.sender, recipients=tuple(self.envelope.to))
        return compose_message(
            subject=self.subject,
            text=self.text,
            html=self.html,
            headers=headers,
            envelope=envelope,
        )

    def n_chars(self) -> int:
        """Length of what there is to read, for the estimate of work."""
        return len(self.subject) + max(len(self.text or ""), len(self.html or ""))


class AlsoItem(BaseModel):
    """A further request made in the same message, and the team that should get a copy."""

    label: str
    confidence: float
    team: str
    address: str
    evidence: Evidence | None = None


class ClassifyResponse(BaseModel):
    """The decision on one message.

    `label`, `confidence` and `probabilities` are empty when the model was not asked: a bypass, or
    a message with nothing to read. `route` is null for a bypass alone. `evidence` is the sentence
    that speaks most for the label; its offsets count characters of what the model read: subject,
    blank line, and the new text without quotes and signature.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_ANSWER]})

    id: str | None = None
    decision_id: str
    outcome: Outcome
    label: str | None = None
    confidence: float | None = None
    probabilities: dict[str, float]
    also: list[AlsoItem]
    evidence: list[Evidence]
    route: Route | None = None
    review_reason: ReviewReason | None = None
    bypass_reason: Literal["bounce", "auto_reply", "loop"] | None = None
    model: ModelReference
    timings_ms: Timings

    def verdict(self, fallback: str) -> Verdict:
        """What travels with the mail; to ``fallback`` goes what no team answers."""
        first = fallback if self.route is None else self.route.address
        addresses = dict.fromkeys((first, *(item.address for item in self.also)))
        return Verdict(
            outcome=self.outcome,
            addresses=tuple(addresses),
            decision_id=self.decision_id,
            label=self.label,
            confidence=self.confidence,
            also=tuple(item.label for item in self.also),
            reason=self.review_reason or self.bypass_reason,
        )


class InboundResponse(BaseModel):
    """What a gateway hears of an accepted call.

    `addresses`: where the mail is, or goes if the gateway delivers it. Empty for a call without
    mail and for a repeat of one that was delivered before.
    """

    addresses: tuple[str, ...] = ()
    headers: dict[str, str] = {}

    @classmethod
    def of(cls, verdict: Verdict | None) -> "InboundResponse":
        """The answer for a verdict; None for a repeat."""
        if verdict is None:
            return cls()
        return cls(addresses=verdict.addresses, headers=dict(verdict.headers()))


class ProblemItem(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class FailedItem(BaseModel):
    """A batch item that could not be read; the others are not affected."""

    id: str | None
    problem: ProblemItem


def failed_item(item: Any, error: SignalboxError) -> FailedItem:  # noqa: ANN401 - unread JSON
    """The problem with one item, under the item's own id if that can be read."""
    named = item.get("id") if isinstance(item, dict) else None
    is_named = isinstance(named, str) and len(named) <= MAX_IDENTIFIER_CHARS
    problem = ProblemItem.model_validate(describe(error).document())
    return FailedItem(id=named if is_named else None, problem=problem)


class BatchRequest(BaseModel):
    """Up to 256 messages, answered in order."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[list[Any], Field(min_length=1, max_length=MAX_BATCH_ITEMS)]


class BatchResponse(BaseModel):
    """One result per message, in order."""

    results: list[ClassifyResponse | FailedItem]


FIELDS: Final = frozenset(
    {"from", "body", *EnvelopeItem.model_fields, *ClassifyRequest.model_fields, "messages"}
)


def present(answer: Answer, identifier: str | None = None) -> ClassifyResponse:
    """The answer as the API shows it."""
    decision = answer.decision
    pairs = zip(decision.also, answer.also_routes, strict=True)
    return ClassifyResponse(
        id=identifier,
        decision_id=answer.decision_id,
        outcome=decision.outcome,
        label=decision.label,
        confidence=decision.confidence,
        probabilities=dict(decision.probabilities),
        also=[_also_item(request, route) for request, route in pairs],
        evidence=[decision.evidence] if decision.evidence else [],
        route=answer.route,
        review_reason=decision.review_reason,
        bypass_reason=decision.bypass_reason,
        model=answer.model,
        timings_ms=answer.timings_ms,
    )


def _also_item(request: Request, route: Route) -> AlsoItem:
    return AlsoItem(
        label=request.label,
        confidence=request.confidence,
        team=route.team,
        address=route.address,
        evidence=request.evidence,
    )
