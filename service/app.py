"""The composition root: turns settings into a running service, and wires nothing twice."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.types import ASGIApp

from service import telemetry
from service.api.admission import Admission
from service.api.problems import install_handlers
from service.api.routes import Service, build_router
from service.api.schemas import BatchRequest, ClassifyRequest, ProblemItem
from service.errors import ConfigurationCorrupt
from service.model.bundle import load_bundle
from service.model.classifier import Classifier
from service.model.lanes import Lanes
from service.routing import Teams, load_teams
from service.settings import Settings


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
        version="0.1.0",
        docs_url=None,  # the page would load its scripts from somebody else's server
        redoc_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, service=service),
    )
    install_handlers(api)
    api.include_router(build_router(service))
    _document_bodies(api)
    return Admission(
        api,
        engine.lanes,
        metrics,
        max_body_bytes=settings.max_body_bytes,
        body_timeout_s=settings.body_timeout_s,
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
