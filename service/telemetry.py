"""Names of all events, log keys and metrics, and the set-up of both.

Logs and metrics never hold a subject, a body, a name or an address. Label values are bounded:
outcomes, labels and graphs of the bundle, known paths.
"""

import logging
import sys
from collections.abc import Callable
from typing import Final

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

REQUEST: Final = "request"  # one line per HTTP request
HANDOVER: Final = "handover"  # one line per mail that came by LMTP or SMTP
NOT_NOTED: Final = "handover_not_noted"  # the mail is delivered, the store does not know
SERVING: Final = "serving"  # the model is warm, the port is about to open
STOPPED: Final = "stopped"  # no work is left; what did not finish in time was answered 503

_SECONDS: Final = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
)  # fmt: skip


def configure_logging(level: str) -> None:
    """One JSON object per line on standard error, times in UTC; libraries' lines too."""
    before: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        _drop_exception_values,
    ]
    structlog.configure(
        processors=[*before, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _drop_exception_values(_: object, __: str, event: EventDict) -> EventDict:
    """The event with types and places of exceptions; their words may be a message's."""
    for exception in event.get("exception", ()):
        exception.pop("exc_value", None)
        exception.pop("exc_notes", None)
    return event


class Metrics:
    """What Prometheus scrapes. One instance, one registry, one process."""

    def __init__(self, queue_ms: Callable[[], float], model: dict[str, str]) -> None:
        # Start times that nobody plots, one more line per series.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.requests = self._counter(
            "signalbox_requests_total", "HTTP requests answered.", "path", "status"
        )
        self.request_seconds = Histogram(
            "signalbox_request_seconds",
            "Time from the first byte of a request to the end of its answer.",
            ("path",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.decisions = self._counter(
            "signalbox_decisions_total",
            "Messages decided on, by outcome and primary label.",
            "outcome",
            "label",
        )
        self.also = self._counter(
            "signalbox_also_total", "Further requests found in messages, by label.", "label"
        )
        self.texts = self._counter(
            "signalbox_texts_total",
            "Texts read, by how many graphs of the model read them.",
            "graphs",
        )
        for n_graphs in (1, 2):  # there before the first text is, so that shares are 0 and not gone
            self.texts.labels(n_graphs)
        self.step_seconds = Histogram(
            "signalbox_step_seconds",
            "Time one message spent in a step.",
            ("step",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        Gauge(
            "signalbox_queue_seconds",
            "Estimated time until work accepted now would start.",
            registry=self.registry,
        ).set_function(lambda: queue_ms() / 1e3)
        Gauge(
            "signalbox_model_info", "The bundle served.", tuple(model), registry=self.registry
        ).labels(**model).set(1)

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(name, documentation, labels, registry=self.registry)
