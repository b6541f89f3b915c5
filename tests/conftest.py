"""Fixtures: the committed bundle, and real servers on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import hypothesis
import pytest

from service.model.bundle import Bundle, load_bundle
from service.model.classifier import Classifier
from service.routing import Teams, load_teams
from service.settings import DEFAULT_TEAMS, PREFIX
from tests.servers import Serve, Serving, free_port, wait_until_ready

ROOT = Path(__file__).parents[1]

# A machine that is busy elsewhere is no failure of ours.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def bundle_dir() -> Path:
    return ROOT / "models" / "default"


@pytest.fixture(scope="session")
def bundle(bundle_dir: Path) -> Bundle:
    return load_bundle(bundle_dir)


@pytest.fixture(scope="session")
def classifier(bundle: Bundle) -> Classifier:
    return Classifier(bundle)


@pytest.fixture(scope="session")
def teams(bundle: Bundle) -> Teams:
    return load_teams(DEFAULT_TEAMS, bundle.manifest.labels)


@pytest.fixture(scope="session")
def environment(bundle_dir: Path) -> dict[str, str]:
    """The variables of a child process: none of ours from outside, the committed bundle."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return clean | {"SIGNALBOX_BUNDLE_DIR": str(bundle_dir), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def serve(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Start a real server with ``SIGNALBOX_<NAME>=value`` for each keyword; stop it at the end."""

    @contextmanager
    def start(**settings: object) -> Iterator[Serving]:
        port = settings.pop("port", None) or free_port()
        chosen = {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}
        log = tmp_path_factory.mktemp("serve") / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve"],
                env=environment | {"SIGNALBOX_PORT": str(port)} | chosen,
                stdout=output,
                stderr=output,
                text=True,
            )
        url = f"http://127.0.0.1:{port}"
        with httpx2.Client(base_url=url, timeout=30) as client:
            try:
                wait_until_ready(client, process)
                yield Serving(process, client, url, log)
            finally:
                process.terminate()
                process.wait(timeout=30)

    return start


@pytest.fixture(scope="session")
def serving(serve: Serve) -> Iterator[Serving]:
    with serve() as running:
        yield running


@pytest.fixture
def clean_settings(monkeypatch: pytest.MonkeyPatch, bundle_dir: Path) -> pytest.MonkeyPatch:
    """No ``SIGNALBOX_*`` variable but the committed bundle's folder."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIGNALBOX_BUNDLE_DIR", str(bundle_dir))
    return monkeypatch
