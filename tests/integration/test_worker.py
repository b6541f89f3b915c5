"""The Email Worker of deploy/cloudflare, run by node against a real server."""

import json
import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.conftest import FALLBACK, ServeGateways
from tests.mails import TOKEN, Mail
from tests.servers import Serving, free_port

TWO_REQUESTS = Mail(
    subject="Delivery note 88120",
    text="Two of the five pallets are still missing. When will they come? We also open a "
    "second site in May, what would the same again cost us?\n",
)
UNCLASSIFIED = {"x-signalbox-outcome": "unclassified"}

Run = Callable[..., list[tuple[str, dict[str, str]]]]


@pytest.fixture
def run(gateways: Serving, tmp_path: Path) -> Run:
    """Where the worker forwards a mail, and with which headers; settings of its own override."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI"):
            pytest.fail("node is needed to run the worker")
        pytest.skip("node is needed to run the worker")
    worker = tmp_path / "worker.mjs"  # the name tells node that it is a module
    worker.write_bytes((ROOT / "deploy" / "cloudflare" / "worker.js").read_bytes())
    settings = {
        "SIGNALBOX_URL": gateways.url,
        "SIGNALBOX_TOKEN": TOKEN,
        "FALLBACK_ADDRESS": FALLBACK,
    }

    def run(mail: Mail, *refused: str, **env: str) -> list[tuple[str, dict[str, str]]]:
        described = {
            "mail": b64encode(mail.raw).decode(),
            "from": mail.sender,
            "to": mail.recipients[0],
            "refused": refused,
            "env": settings | env,
        }
        done = subprocess.run(
            [node, Path(__file__).with_name("run_worker.mjs"), worker],
            input=json.dumps(described),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [(address, headers) for address, headers in json.loads(done.stdout)]

    return run


def test_a_mail_goes_to_its_team_under_its_verdict(run: Run) -> None:
    ((address, headers),) = run(Mail())
    assert address == "orders@example.com"
    assert headers["x-signalbox-outcome"] == "route"
    assert headers["x-signalbox-label"] == "order_status"
    assert all(name.startswith("x-") for name in headers)  # Cloudflare adds no others


def test_a_mail_with_two_requests_goes_to_two_teams(run: Run, gateways: Serving) -> None:
    raw = {"Content-Type": "message/rfc822"}
    answer = gateways.client.post("/classify", content=TWO_REQUESTS.raw, headers=raw).json()
    wanted = [answer["route"]["address"], *(also["address"] for also in answer["also"])]
    assert [address for address, _ in run(TWO_REQUESTS)] == list(dict.fromkeys(wanted))


def test_the_null_sender_arrives_as_one(run: Run) -> None:
    ((address, headers),) = run(Mail(sender="", subject="Undelivered Mail Returned to Sender"))
    assert address == FALLBACK
    assert headers["x-signalbox-reason"] == "bounce"


@pytest.mark.parametrize(
    "env",
    [
        {"SIGNALBOX_URL": f"http://127.0.0.1:{free_port()}"},
        {"SIGNALBOX_URL": "no address"},
        {"SIGNALBOX_TOKEN": "a wrong token"},
        {"SIGNALBOX_TOKEN": "what no header\ncan hold"},
    ],
)
def test_without_an_answer_people_get_the_mail(run: Run, env: dict[str, str]) -> None:
    assert run(Mail(), **env) == [(FALLBACK, UNCLASSIFIED)]


def test_a_mail_too_large_for_the_service_goes_to_people(
    run: Run, serve_gateways: ServeGateways
) -> None:
    with serve_gateways(max_body_bytes=50_000) as small:
        forwarded = run(Mail(file=b"x" * 90_000), SIGNALBOX_URL=small.url)
    assert forwarded == [(FALLBACK, UNCLASSIFIED)]


def test_a_team_whose_address_is_not_verified_loses_nothing(run: Run) -> None:
    ((address, headers),) = run(Mail(), "orders@example.com")
    assert address == FALLBACK
    assert headers["x-signalbox-label"] == "order_status"
