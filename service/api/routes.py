"""The paths of the API: classify one message, classify many, and how the service is doing."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

import pydantic
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from service.api.problems import LOG_FIELDS, NotReadable, WrongMediaType
from service.api.schemas import (
    FIELDS,
    BatchRequest,
    BatchResponse,
    ClassifyRequest,
    ClassifyResponse,
    FailedItem,
    failed_item,
    present,
)
from service.errors import Invalid, Overloaded, SignalboxError
from service.gateways.cloudflare import read_envelope
from service.intake import Answer, answer_message
from service.mail.parse import parse_message
from service.message import Message
from service.model.classifier import ModelReference
from service.model.lanes import Lanes
from service.routing import Teams
from service.telemetry import Metrics

JSON: Final = "application/json"
RAW: Final = "message/rfc822"

_MAX_COMPLAINTS: Final = 20
_BATCH_RETRY_S: Final = 5

Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(slots=True)
class Service:
    """What the paths work with."""

    lanes: Lanes
    teams: Teams
    model: ModelReference
    metrics: Metrics
    max_batches: int
    n_batches: int = 0

    async def answer(self, read: Callable[[], Message], n_chars: int) -> Answer:
        """The answer to one message, on a lane."""
        answer = await self.lanes.run(
            lambda classifier, queue_ms: answer_message(read, classifier, self.teams, queue_ms),
            n_chars,
        )
        if answer.timings_ms.infer:
            self.lanes.learn(answer.timings_ms.total - answer.timings_ms.queue, n_chars)
        self._count(answer)
        return answer

    def _count(self, answer: Answer) -> None:
        decision, timings, metrics = answer.decision, answer.timings_ms, self.metrics
        metrics.decisions.labels(decision.outcome, decision.label or "").inc()
        for request in decision.also:
            metrics.also.labels(request.label).inc()
        if answer.n_graphs:
            metrics.texts.labels(answer.n_graphs).inc()
        for step in ("parse", "queue", "tokenize", "infer"):
            metrics.step_seconds.labels(step).observe(getattr(timings, step) / 1e3)


def build_router(service: Service) -> APIRouter:
    """The paths, answering with ``service``."""
    router = APIRouter()

    @router.post(
        "/classify",
        summary="Label a message and route it",
        tags=["classify"],
        response_model=ClassifyResponse,
        openapi_extra=_body(JSON, RAW),
        responses=problems(400, 408, 413, 415, 422, 429, 500, 503),
    )
    async def classify(request: Request) -> Response:
        read, n_chars, identifier = await _read_one(request)
        service.lanes.refuse_if_full()  # it may have filled while the body came
        answer = await service.answer(read, n_chars)
        request.scope.setdefault(LOG_FIELDS, {}).update(log_fields(answer))
        return as_json(present(answer, identifier))

    @router.post(
        "/classify/batch",
        summary="Label and route up to 256 messages",
        tags=["classify"],
        response_model=BatchResponse,
        openapi_extra=_body(JSON, schema="BatchRequest"),
        responses=problems(400, 408, 413, 415, 422, 429, 500, 503),
    )
    async def classify_batch(request: Request) -> Response:
        _require_media_type(request, JSON)
        batch = validated(BatchRequest, await request.body())
        return as_json(BatchResponse(results=await _answer_batch(service, batch.messages)))

    _add_operations(router, service)
    return router


def _add_operations(router: APIRouter, service: Service) -> None:
    """The paths for those who run the service."""

    @router.get("/healthz", summary="Is the process alive?", tags=["operations"])
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Is the model loaded, and which?", tags=["operations"])
    async def readyz() -> dict[str, str]:
        return {"status": "ready", "model": service.model.name, "digest": service.model.digest}

    @router.get(
        "/metrics",
        summary="Prometheus metrics",
        tags=["operations"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        text = generate_latest(service.metrics.registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)


async def _read_one(request: Request) -> tuple[Callable[[], Message], int, str | None]:
    """How to read the message of a request, its length, and the caller's name for it."""
    body = await request.body()
    if _require_media_type(request, JSON, RAW) == JSON:
        item = validated(ClassifyRequest, body)
        return item.message, item.n_chars(), item.id
    envelope = read_envelope(request.headers)
    return lambda: parse_message(body, envelope=envelope), len(body), None


async def _answer_batch(service: Service, items: list[Any]) -> list[ClassifyResponse | FailedItem]:
    """One result per item, in order; never more items in the lanes than there are lanes."""
    if service.n_batches >= service.max_batches:
        raise Overloaded(retry_after_s=_BATCH_RETRY_S)
    room = asyncio.Semaphore(service.lanes.n_lanes)

    async def one(item: Any) -> ClassifyResponse | FailedItem:  # noqa: ANN401 - unread JSON
        async with room:
            return await _answer_item(service, item)

    service.n_batches += 1
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
        return [task.result() for task in tasks]
    finally:
        service.n_batches -= 1


async def _answer_item(
    service: Service,
    item: Any,  # noqa: ANN401 - unread JSON
) -> ClassifyResponse | FailedItem:
    try:
        request = validated(ClassifyRequest, item)
    except SignalboxError as error:
        return failed_item(item, error)
    answer = await service.answer(request.message, request.n_chars())
    return present(answer, request.id)


def validated(kind: type[Model], body: Any) -> Model:  # noqa: ANN401 - unread JSON
    """The body, which is JSON bytes or read JSON, as a ``kind``.

    Raises:
        NotReadable: the bytes are not JSON.
        Invalid: the JSON is not a ``kind``; names the place, never the value.
    """
    try:
        if isinstance(body, bytes):
            return kind.model_validate_json(body)
        return kind.model_validate(body)
    except pydantic.ValidationError as error:
        raise _complaint(error) from error


def _complaint(error: pydantic.ValidationError) -> Invalid:
    """What is wrong and where, without a word of what was sent."""
    if error.error_count() > _MAX_COMPLAINTS:  # listing a million takes seconds
        return Invalid(f"{error.error_count()} things are wrong with it; see /openapi.json")
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return NotReadable("the body is not valid JSON")
    return Invalid("; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in errors))


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the body; a key that is not of the contract is the client's own word."""
    known = (str(x) if isinstance(x, int) or x in FIELDS else "unknown key" for x in location)
    return ".".join(known) or "body"


def _require_media_type(request: Request, *allowed: str) -> str:
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found not in allowed:
        raise WrongMediaType(f"send Content-Type {' or '.join(allowed)}")
    return found


def log_fields(answer: Answer) -> dict[str, object]:
    """What the log says of an answer: never content, never an address."""
    steps = asdict(answer.timings_ms)
    return {
        "decision_id": answer.decision_id,
        "outcome": answer.decision.outcome,
        "label": answer.decision.label,
        **{f"{step}_ms": round(steps[step], 3) for step in ("parse", "queue", "infer")},
    }


def as_json(model: pydantic.BaseModel) -> Response:
    """The model as an answer."""
    return Response(model.model_dump_json(), media_type=JSON)


def _body(*media_types: str, schema: str = "ClassifyRequest") -> dict[str, Any]:
    schemas: dict[str, dict[str, Any]] = {
        JSON: {"$ref": f"#/components/schemas/{schema}"},
        RAW: {"type": "string", "format": "binary"},
    }
    content = {media_type: {"schema": schemas[media_type]} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI document's part on these errors."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemItem"}}}
    return {status: {"description": "Problem", "content": content} for status in statuses}
