"""Errors as RFC 9457 problem documents. HTTP status codes of errors exist here alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.errors import Invalid, Overloaded, SignalboxError, Unauthenticated, Unavailable
from service.gateways.statuses import PATHS, STATUSES, Provider

LOG_FIELDS: Final = "signalbox.log"  # key of the scope: what a path adds to its log line
MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: what went wrong and what the client can do about it."""

    status: HTTPStatus
    name: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The members of RFC 9457, section 3.1."""
        return {
            "type": f"urn:signalbox:problem:{self.name}",
            "title": self.name.replace("_", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
        }

    def response(self, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
        """The answer that carries this problem."""
        return Response(
            json.dumps(self.document()),
            status_code=self.status,
            headers={**self.headers, **headers},
            media_type=MEDIA_TYPE,
        )


class NotReadable(Invalid):
    """A body that is not JSON at all."""


class WrongMediaType(Invalid):
    """A Content-Type that this path does not read."""


class BodyTooLarge(Invalid):
    """A body over ``max_body_bytes``."""


class BodyTooSlow(Invalid):
    """A body that did not arrive within ``body_timeout_s``."""


_STATUS: Final[dict[type[SignalboxError], tuple[HTTPStatus, str]]] = {
    NotReadable: (HTTPStatus.BAD_REQUEST, "not_readable"),
    BodyTooSlow: (HTTPStatus.REQUEST_TIMEOUT, "body_too_slow"),
    BodyTooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large"),
    WrongMediaType: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong_media_type"),
    Unauthenticated: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    Invalid: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
    Overloaded: (HTTPStatus.TOO_MANY_REQUESTS, "overloaded"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}
_RETRY_AFTER_S: Final = 30


def describe(error: SignalboxError, path: str = "") -> Problem:
    """The problem a caller of ``path`` sees for an error raised on purpose.

    A gateway gets the status that its retry rules need.
    """
    status, name = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    provider = PATHS.get(path)
    if provider is not None:
        status = _status_for(provider, error)
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, Overloaded) else {}
    if isinstance(error, Unavailable):
        headers = {"Retry-After": str(_RETRY_AFTER_S)}
    return Problem(status, name, str(error), headers)


def _status_for(provider: Provider, error: SignalboxError) -> HTTPStatus:
    statuses = STATUSES[provider]
    match error:
        case Overloaded():
            return statuses.overloaded
        case Unauthenticated():
            return statuses.unauthenticated
        case BodyTooLarge():
            return statuses.too_large
        case _:
            return statuses.unavailable


def internal_problem() -> Problem:
    """What a caller sees of a bug: that it is ours, and nothing of its inside."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "a fault of the service; the message was not handled, send it again",
    )


def stopping_problem() -> Problem:
    """What a caller sees when the process must end before its answer is there."""
    detail = "the service is stopping; the message was not handled, send it again"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", detail, {"Retry-After": "1"})


def install_handlers(api: FastAPI) -> None:
    """Let every error of the API leave as a problem document."""

    @api.exception_handler(SignalboxError)
    async def _ours(request: Request, error: SignalboxError) -> Response:
        problem = describe(error, request.scope["path"])
        request.scope.setdefault(LOG_FIELDS, {})["problem"] = problem.name
        return problem.response()

    @api.exception_handler(HTTPException)
    async def _routing(_: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        name = status.phrase.lower().replace(" ", "_")
        return Problem(status, name, str(error.detail), error.headers or {}).response()

    @api.exception_handler(Exception)
    async def _bug(_: Request, __: Exception) -> Response:
        return internal_problem().response()
