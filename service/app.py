"""The composition root: turns settings into a running service, and wires nothing twice."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Final

import structlog
from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.types import ASGIApp

from service import telemetry
from service.api.admission import Admission
from service.api.inbound import DELIVERING, Gateways, build_inbound_router
from service.api.problems import install_handlers
from service.api.routes import Service, build_router
from service.api.schemas import BatchRequest, ClassifyRequest, ProblemItem
from service.errors import ConfigurationCorrupt, Unavailable
from service.gateways.call import Gateway
from service.gateways.cloudflare import Cloudflare
from service.gateways.cloudmailin import CloudMailin
from service.gateways.mailgun import Mailgun
from service.gateways.postal import Postal
from service.gateways.postmark import Postmark
from service.gateways.sendgrid import SendGrid
from service.gateways.ses import Ses
from service.gateways.signatures import load_public_key
from service.gateways.stalwart import Stalwart
from service.gateways.statuses import Provider
from service.model.bundle import load_bundle
from service.model.classifier import Classifier
from service.model.lanes import Lanes
from service.relay import Relay
from service.routing import Teams, load_teams
from service.settings import Settings
from service.store import Store

# The setting that holds a gateway's secret, and what it makes of it.
_GATEWAYS: Final[Mapping[Provider, tuple[str, Callable[[Any], Gateway]]]] = {
    Provider.POSTMARK: ("postmark_credentials", Postmark),
    Provider.SENDGRID: ("sendgrid_public_key", lambda key: SendGrid(load_public_key(key))),
    Provider.MAILGUN: ("mailgun_signing_key", Mailgun),
    Provider.SES: ("ses_topics", lambda topics: Ses(frozenset(topics.replace(",", " ").split()))),
    Provider.CLOUDMAILIN: ("cloudmailin_credentials", CloudMailin),
    Provider.CLOUDFLARE: ("cloudflare_token", Cloudflare),
    Provider.POSTAL: ("postal_public_key", lambda key: Postal(load_public_key(key))),
}


@dataclass(frozen=True, slots=True)
class Engine:
    """Teams and warm lanes: what classifies, with or without HTTP in front."""

    teams: Teams
    lanes: Lanes
    classifier: Classifier


def build_engine(settings: Settings) -> Engine:
    """The engine of these settings, warmed up.

    Raises:
        Corrupt: the bundle or the teams file cannot be served.
    """
    if not settings.bundle_dir.is_dir():
        raise ConfigurationCorrupt(f"SIGNALBOX_BUNDLE_DIR: no folder {settings.bundle_dir}")
    bundle = load_bundle(settings.bundle_dir)
    if settings.risk is not None:
        bundle = bundle.keeping(bundle.manifest.thresholds.find(settings.risk))
    teams = load_teams(settings.teams_file, bundle.manifest.labels)
    n_lanes = settings.n_lanes or len(os.sched_getaffinity(0))
    classifiers = [Classifier(bundle) for _ in range(n_lanes)]
    return Engine(teams, Lanes(classifiers, settings.max_queue_ms), classifiers[0])


def build_app(settings: Settings, engine: Engine) -> ASGIApp:
    """The whole service as one ASGI application."""
    reference = engine.classifier.reference
    metrics = telemetry.Metrics(lambda: engine.lanes.queue_ms, asdict(reference))
    service = Service(
        lanes=engine.lanes,
        teams=engine.teams,
        model=reference,
        metrics=metrics,
        max_batches=settings.max_batches,
    )
    api = FastAPI(
        title="Signalbox",
        summary="A customer's message in; its label, team and confidence out.",
        version=version("signalbox"),
        docs_url=None,  # the page would load its scripts from somebody else's server
        redoc_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, service=service),
    )
    install_handlers(api)
    api.include_router(build_router(service))
    api.include_router(build_inbound_router(service, build_gateways(settings)))
    _document_bodies(api)
    return Admission(
        api,
        engine.lanes,
        metrics,
        max_body_bytes=settings.max_body_bytes,
        body_timeout_s=settings.body_timeout_s,
    )


def build_gateways(settings: Settings) -> Gateways:
    """The gateways whose secrets are set, and what delivers for them.

    Raises:
        ConfigurationCorrupt: a key that is none, or nothing set that could deliver.
    """
    try:
        gateways = {
            provider: build(secret)
            for provider, (name, build) in _GATEWAYS.items()
            if (secret := getattr(settings, name))
        }
    except ValueError as error:
        raise ConfigurationCorrupt(f"the public key of a gateway: {error}") from error
    if settings.stalwart_credentials is not None:
        served = frozenset(settings.stalwart_addresses.lower().replace(",", " ").split())
        if not served:
            raise ConfigurationCorrupt("Stalwart needs SIGNALBOX_STALWART_ADDRESSES")
        gateways[Provider.STALWART] = Stalwart(settings.stalwart_credentials, served)
    needs_relay = bool(gateways.keys() - DELIVERING)
    if gateways and settings.fallback_address is None:
        raise ConfigurationCorrupt("gateways need SIGNALBOX_FALLBACK_ADDRESS")
    return Gateways(
        by_provider=gateways,
        relay=build_relay(settings) if needs_relay else None,
        fallback=settings.fallback_address or "",
    )


def build_relay(settings: Settings) -> Relay:
    """What hands mail on, with its store opened.

    Raises:
        ConfigurationCorrupt: no server or no fallback is set, or the store cannot be opened.
    """
    if settings.smtp_host is None or settings.fallback_address is None:
        needed = "SIGNALBOX_SMTP_HOST and SIGNALBOX_FALLBACK_ADDRESS"
        raise ConfigurationCorrupt(f"to hand mail on, set {needed}")
    try:
        store = Store(settings.store_file)
    except Unavailable as error:
        raise ConfigurationCorrupt(f"{settings.store_file}: {error}") from error
    return Relay(
        store=store,
        host=settings.smtp_host,
        port=settings.smtp_port,
        fallback=settings.fallback_address,
        fallback_after_s=settings.fallback_after_s,
        is_tls=settings.smtp_tls,
    )


@asynccontextmanager
async def _lifespan(_: FastAPI, service: Service) -> AsyncIterator[None]:
    log = structlog.get_logger()
    log.info(telemetry.SERVING, **asdict(service.model), n_lanes=service.lanes.n_lanes)
    yield
    service.lanes.close()
    log.info(telemetry.STOPPED)


def _document_bodies(api: FastAPI) -> None:
    """Add to the OpenAPI document the schemas of bodies that the paths read themselves."""
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        _, extra = models_json_schema(
            [(model, "validation") for model in (ClassifyRequest, BatchRequest, ProblemItem)],
            ref_template="#/components/schemas/{model}",
        )
        document["components"]["schemas"].update(extra["$defs"])
        return document

    api.openapi = openapi  # type: ignore[method-assign]
