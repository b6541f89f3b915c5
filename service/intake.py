"""One message in, one answer out: read, recognise, classify, decide, route."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from uuid import uuid4

from service.decision import Decision, ReviewReason, bypass, decide, review
from service.errors import MessageRefused
from service.mail.automatic import recognise_automatic
from service.message import Message
from service.model.classifier import Classifier, ModelReference
from service.routing import Route, Teams, choose_route
from service.text import build_text


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall-clock milliseconds spent on one message, by step."""

    parse: float
    queue: float
    tokenize: float
    infer: float
    decide: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything said about one message; ``also_routes`` in the order of ``decision.also``.

    ``n_graphs`` of the model read it, 0 where nothing was to be read.
    """

    decision_id: str
    decision: Decision
    route: Route | None
    also_routes: tuple[Route, ...]
    model: ModelReference
    n_graphs: int
    timings_ms: Timings


def answer_message(
    read: Callable[[], Message], classifier: Classifier, teams: Teams, queue_ms: float = 0.0
) -> Answer:
    """The answer to the message that ``read`` parses. Odd or huge mail is ``review``, no error."""
    started = perf_counter()
    text, decision = _read(read)
    parsed = perf_counter()
    tokenize_ms = infer_ms = 0.0
    n_graphs = 0
    if decision is None:
        prediction = classifier.classify(text)
        tokenize_ms, infer_ms = prediction.tokenize_ms, prediction.infer_ms
        n_graphs = prediction.n_graphs
        decision = decide(prediction, classifier.manifest.thresholds)
    route = choose_route(decision, teams)
    also_routes = tuple(teams.by_label[request.label] for request in decision.also)
    parse_ms, run_ms = 1e3 * (parsed - started), 1e3 * (perf_counter() - parsed)
    return Answer(
        decision_id=uuid4().hex,
        decision=decision,
        route=route,
        also_routes=also_routes,
        model=classifier.reference,
        n_graphs=n_graphs,
        timings_ms=Timings(
            parse=parse_ms,
            queue=queue_ms,
            tokenize=tokenize_ms,
            infer=infer_ms,
            decide=run_ms - tokenize_ms - infer_ms,
            total=queue_ms + parse_ms + run_ms,
        ),
    )


def _read(read: Callable[[], Message]) -> tuple[str, Decision | None]:
    """The text for the model, and the decision if none is needed to make it."""
    try:
        message = read()
    except MessageRefused:
        return "", review(ReviewReason.REFUSED)
    if reason := recognise_automatic(message):
        return "", bypass(reason)
    text = build_text(message)
    return text, None if text else review(ReviewReason.EMPTY)
