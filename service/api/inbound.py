"""``POST /inbound/{provider}``: a gateway's own payload in, the status its retry rules need out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from service.api.problems import LOG_FIELDS
from service.api.routes import JSON, Service, as_json, log_fields, problems
from service.api.schemas import InboundResponse, present
from service.errors import MessageRefused, Unauthenticated, Unavailable
from service.gateways.call import Call, Gateway, Inbound, PayloadUnreadable
from service.gateways.compose import Attachment, compose_mime
from service.gateways.stalwart import Stalwart, accept
from service.gateways.statuses import PATHS, STATUSES, Provider
from service.mail.parse import parse_message
from service.message import Envelope, Message
from service.relay import Relay
from service.verdict import Verdict

# These deliver by our answer; for the others the relay does.
DELIVERING: Final = frozenset({Provider.CLOUDFLARE, Provider.STALWART})


@dataclass(frozen=True, slots=True)
class Gateways:
    """The gateways that are set up; ``relay`` is there if one of them needs it."""

    by_provider: Mapping[Provider, Gateway]
    relay: Relay | None
    fallback: str


def build_inbound_router(service: Service, gateways: Gateways) -> APIRouter:
    """One path per provider, set up or not: a mail that comes too early must wait, not bounce."""
    router = APIRouter()
    for path, provider in PATHS.items():
        router.add_api_route(
            path,
            _endpoint(provider, service, gateways),
            methods=["POST"],
            name=path.strip("/").replace("/", "_"),
            summary=f"Take a message from {provider}",
            tags=["inbound"],
            response_class=Response,
            responses={200: {"content": {JSON: {}}}, **problems(*_statuses(provider))},
        )
    # A gateway whose URL has a slash or a letter too many must wait like one that is not set up.
    router.add_api_route(
        "/inbound/{rest:path}",
        _unknown,
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    return router


async def _unknown() -> Response:
    raise Unavailable("no gateway is served at this address, with this method")


def _statuses(provider: Provider) -> set[int]:
    statuses = STATUSES[provider]
    refusals = (statuses.unauthenticated, statuses.too_large, statuses.overloaded)
    return {*map(int, refusals), int(statuses.unavailable), 500}


def _endpoint(
    provider: Provider, service: Service, gateways: Gateways
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        gateway = gateways.by_provider.get(provider)
        if gateway is None:
            raise Unauthenticated(f"{provider} is not set up here")
        call = Call(dict(request.headers), await request.body())
        await asyncio.to_thread(gateway.verify, call)
        service.lanes.refuse_if_full()
        failure: PayloadUnreadable | None = None
        try:
            mail = await asyncio.to_thread(gateway.read, call)
        except (MessageRefused, RecursionError) as error:
            mail = _wrapped(provider, call, gateways.fallback)
            failure = PayloadUnreadable(type(error).__name__)
        if mail is None:
            return as_json(InboundResponse())
        ask = partial(_ask, request, service, gateways.fallback, mail, failure)
        if isinstance(gateway, Stalwart):
            verdict = await ask()
            addresses = () if failure else verdict.addresses
            recipients = mail.envelope.recipients
            reply = accept(recipients, gateway.served, addresses, verdict.headers())
            return JSONResponse(reply)
        if provider in DELIVERING:
            return as_json(InboundResponse.of(await ask()))
        if gateways.relay is None:
            raise AssertionError("the composition root gives a relay to gateways that need one")
        return as_json(InboundResponse.of(await gateways.relay.deliver(mail, ask)))

    return endpoint


async def _ask(
    request: Request,
    service: Service,
    fallback: str,
    mail: Inbound,
    failure: PayloadUnreadable | None,
) -> Verdict:
    """The verdict on one mail; a call that could not be read is not for a team to see."""

    def read() -> Message:
        if failure is not None:
            raise failure
        return parse_message(mail.raw, envelope=mail.envelope)

    answer = await service.answer(read, len(mail.raw))
    request.scope.setdefault(LOG_FIELDS, {}).update(log_fields(answer))
    verdict = present(answer).verdict(fallback)
    return verdict if failure is None else replace(verdict, addresses=(fallback,))


def _wrapped(provider: Provider, call: Call, fallback: str) -> Inbound:
    """A payload that nobody could read, as a mail to those who must look at it."""
    kind = call.headers.get("content-type", "")
    raw = compose_mime(
        [("From", fallback), ("To", fallback), ("Subject", f"Unreadable call from {provider}")],
        "The attached call carried its secret or signature, but no mail that could be read.\n",
        None,
        [Attachment(f"{provider}.txt", kind, call.body)],
    )
    return Inbound(raw, Envelope())
