"""Promise 21: no mail is lost or bounced between a real Postfix and the teams, whatever dies."""

import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from service.intake import answer_message
from service.mail.parse import parse_message
from service.model.classifier import Classifier
from service.routing import Teams
from tests import postfix as postfix_instance
from tests.postfix import Postfix
from tests.servers import Serve, free_port

N_PER_PHASE = 60
N_KILLS = 12
SENTENCES = (
    "It was promised for Monday, PO 4471 is still not here. Where is it?",
    "You charged us twice for invoice 8812. Please refund the second payment.",
    "Since the update nobody can log in, the screen shows error 0x80.",
    "We look for a supplier of 5,000 boxes a month. What would you charge?",
)


@pytest.fixture
def postfix(tmp_path: Path) -> Iterator[Postfix]:
    yield from postfix_instance.start(
        tmp_path / "postfix",
        minimal_backoff_time="1s",
        maximal_backoff_time="2s",
        queue_run_delay="1s",
    )


class Gateway:
    """`signalbox lmtp` as a process that can be killed and started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service", "lmtp"],
                env=self._environment,
                stdout=output,
                stderr=output,
            )

    def end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=30)

    def _n_starts(self) -> int:
        return self._log.read_text().count("takes LMTP") if self._log.exists() else 0

    @contextmanager
    def running(self) -> Iterator[None]:
        n_before = self._n_starts()
        self.start()
        poll(lambda: self._n_starts() > n_before)
        try:
            yield
        finally:
            assert self.end(signal.SIGTERM) == 0


class Front:
    """An HTTP server before the service that answers 503 to a share of the calls."""

    def __init__(self, target: str) -> None:
        self.share = 0.0
        self.n_refused = 0
        dice = random.Random(20261122)
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if dice.random() < front.share:
                    front.n_refused += 1
                    self.send_error(503)
                    return
                kept = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                try:
                    answer = httpx2.post(f"{target}/classify", content=body, headers=kept)
                except httpx2.TransportError:
                    self.send_error(502)
                    return
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A gateway that was killed did not wait for its answer."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/classify"


def gateway_environment(
    environment: dict[str, str], postfix: Postfix, url: str, store: Path, **more: str
) -> dict[str, str]:
    ours = {
        "SIGNALBOX_LMTP_PORT": str(postfix.lmtp_port),
        "SIGNALBOX_SMTP_HOST": "127.0.0.1",
        "SIGNALBOX_SMTP_PORT": str(postfix.reinjection_port),
        "SIGNALBOX_FALLBACK_ADDRESS": "people@example.com",
        "SIGNALBOX_STORE_FILE": str(store),
        "SIGNALBOX_CLASSIFY_URL": url,
    }
    return environment | ours | more


def mail(number: int) -> bytes:
    return (
        f"From: Mara <mara@example.org>\r\nTo: info@example.com\r\nSubject: No. {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\n\r\n"
        f"{SENTENCES[number % len(SENTENCES)]}\r\n"
    ).encode()


def send(postfix: Postfix, numbers: range) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
        for number in numbers:
            client.sendmail("mara@example.org", ["info@example.com"], mail(number))


def wait_until_empty(postfix: Postfix, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while postfix.n_queued():
        assert time.monotonic() < deadline, postfix.log()[-5_000:]
        postfix.retry_now()
        time.sleep(0.2)


def poll(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def delivered(postfix: Postfix) -> Counter[tuple[str, int]]:
    """How many copies of each number each team has."""
    return Counter(
        (team, int(message["Message-ID"].strip("<>").partition("@")[0]))
        for team in postfix_instance.TEAMS
        for message in postfix.inbox(team)
    )


def expected_mailboxes(number: int, classifier: Classifier, teams: Teams) -> set[str]:
    answer = answer_message(lambda: parse_message(mail(number)), classifier, teams)
    assert answer.route is not None
    routes = [answer.route, *answer.also_routes]
    return {route.address.partition("@")[0] for route in routes}


def test_three_hundred_mails_arrive_whatever_is_down_refusing_or_killed(
    postfix: Postfix,
    serve: Serve,
    environment: dict[str, str],
    tmp_path: Path,
    classifier: Classifier,
    teams: Teams,
) -> None:
    service_port = free_port()
    front = Front(f"http://127.0.0.1:{service_port}")
    settings = gateway_environment(environment, postfix, front.url, tmp_path / "store.db")
    gateway = Gateway(settings, tmp_path / "gateway.log")
    batches = [range(n, n + N_PER_PHASE) for n in range(0, 5 * N_PER_PHASE, N_PER_PHASE)]

    with gateway.running():  # the service is down
        send(postfix, batches[0])
        poll(lambda: postfix.log().count("451 4.3.0") >= N_PER_PHASE)
    send(postfix, batches[1])  # the gateway is down
    poll(lambda: postfix.log().count("Connection refused") >= 1)
    assert sum(delivered(postfix).values()) == 0
    with serve(port=service_port):
        with gateway.running():
            front.share = 0.4
            send(postfix, batches[2])
            wait_until_empty(postfix)
            front.share = 0.0
            send(postfix, batches[3])  # all is well
            wait_until_empty(postfix)
        n_wanted = len(expected_deliveries(4 * N_PER_PHASE, classifier, teams))
        assert delivered(postfix).total() == n_wanted
        send_and_kill(postfix, gateway, batches[4])
        with gateway.running():
            wait_until_empty(postfix)

    found = delivered(postfix)
    wanted = expected_deliveries(5 * N_PER_PHASE, classifier, teams)
    n_extra = found.total() - len(wanted)
    print(
        f"{5 * N_PER_PHASE} mails sent, {len({n for _, n in found})} delivered, {n_extra} extra "
        f"copies, {front.n_refused} answers were 503, {N_KILLS} kills, "
        f"{postfix.log().count('status=bounced')} bounced"
    )
    assert set(found) == wanted
    assert n_extra <= N_KILLS
    assert "status=bounced" not in postfix.log()
    assert front.n_refused > 0
    labels = {label for m in postfix.inbox("orders") for label in m.get_all("X-Signalbox-Label")}
    assert labels == {"order_status"}


def expected_deliveries(n_mails: int, classifier: Classifier, teams: Teams) -> set[tuple[str, int]]:
    return {
        (team, number)
        for number in range(n_mails)
        for team in expected_mailboxes(number, classifier, teams)
    }


def send_and_kill(postfix: Postfix, gateway: Gateway, numbers: range) -> None:
    """Kill the gateway at random instants while it works on these mails."""
    dice = random.Random(7)
    send(postfix, numbers)
    for _ in range(N_KILLS):
        gateway.start()
        n_before = delivered(postfix).total()
        poll(lambda n=n_before: delivered(postfix).total() > n or not postfix.n_queued())
        time.sleep(dice.uniform(0, 0.05))
        gateway.end(signal.SIGKILL)


def test_mail_that_nobody_can_classify_in_time_reaches_people(
    postfix: Postfix, environment: dict[str, str], tmp_path: Path
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/classify"
    settings = gateway_environment(
        environment, postfix, nobody, tmp_path / "store.db", SIGNALBOX_FALLBACK_AFTER_S="1"
    )
    with Gateway(settings, tmp_path / "gateway.log").running():
        send(postfix, range(3))
        wait_until_empty(postfix)
    inbox = postfix.inbox("people")
    assert len(inbox) == 3
    assert {message["X-Signalbox-Outcome"] for message in inbox} == {"unclassified"}
    assert {message["Return-Path"] for message in inbox} == {"<people@example.com>"}
    assert "mara" not in (tmp_path / "gateway.log").read_text()
