"""Fixtures: the whole service with every gateway set up, and a mail server behind it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.mails import CREDENTIALS, EC_KEY, RSA_KEY, SIGNING_KEY, TOKEN, public_pem
from tests.servers import Serve, Serving
from tests.sink import Sink, run_sink
from tests.sns import TOPIC, Sns, serve_sns

FALLBACK = "people@example.com"

ServeGateways = Callable[..., AbstractContextManager[Serving]]


@pytest.fixture(scope="session")
def sns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sns]:
    with serve_sns(tmp_path_factory.mktemp("sns")) as running:
        yield running


@pytest.fixture(scope="session")
def any_sink() -> Iterator[Sink]:
    with run_sink() as running:
        yield running


@pytest.fixture
def sink(any_sink: Sink) -> Sink:
    """The mail server behind the relay, empty and without trouble."""
    any_sink.empty()
    return any_sink


@pytest.fixture(scope="session")
def serve_gateways(
    serve: Serve,
    sns: Sns,
    any_sink: Sink,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> ServeGateways:
    """Start a server with all gateways; further settings as in ``serve``."""

    @contextmanager
    def start(**settings: object) -> Iterator[Serving]:
        chosen = {
            "postmark_credentials": CREDENTIALS,
            "sendgrid_public_key": public_pem(EC_KEY),
            "mailgun_signing_key": SIGNING_KEY,
            "ses_topics": f"arn:aws:sns:eu-west-1:1:other, {TOPIC}",
            "cloudmailin_credentials": CREDENTIALS,
            "cloudflare_token": TOKEN,
            "postal_public_key": public_pem(RSA_KEY),
            "stalwart_credentials": CREDENTIALS,
            "stalwart_addresses": "Info@example.com, office@example.com",
            "fallback_address": FALLBACK,
            "smtp_host": "127.0.0.1",
            "smtp_port": any_sink.port,
            "store_file": tmp_path_factory.mktemp("store") / "signalbox.db",
        } | settings
        with pytest.MonkeyPatch.context() as patch:
            for name, value in sns.environment().items():
                patch.setitem(environment, name, value)
            with serve(**chosen) as running:
                yield running

    return start


@pytest.fixture(scope="module")
def gateways(serve_gateways: ServeGateways) -> Iterator[Serving]:
    with serve_gateways(max_queue_ms=10_000) as running:
        yield running
