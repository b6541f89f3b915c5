"""The service as its users meet it: a real process on a real socket."""

import concurrent.futures
import json
import socket
import time

import httpx2
import pytest

from service.api.schemas import ClassifyResponse
from service.model.classifier import Classifier
from tests.servers import Serve, Serving

LABELLED = {
    "order_status": "It was promised for Monday, PO 4471 is still not here. Where is it?",
    "billing": "You charged us twice for invoice 8812. Please refund the second payment.",
    "technical_issue": "Since the update nobody can log in, the screen shows error 0x80.",
    "selling_opportunity": "We look for a supplier of 5,000 boxes a month. What would you charge?",
}

# Who asks for everything is read by both graphs, and that takes its time.
SLOW = "Where is our order? The invoice is wrong, the pump is broken, quote us for ten more. " * 14


def classify(client: httpx2.Client, **message: object) -> ClassifyResponse:
    answer = client.post("/classify", json=message)
    assert answer.status_code == 200, answer.text
    return ClassifyResponse.model_validate_json(answer.content)


@pytest.mark.parametrize("label", LABELLED)
def test_a_plain_message_of_each_label_is_recognised(serving: Serving, label: str) -> None:
    assert classify(serving.client, text=LABELLED[label]).label == label


def test_json_and_raw_mail_of_the_same_message_get_the_same_decision(serving: Serving) -> None:
    raw = (
        "From: Mara <mara@example.org>\r\nTo: info@example.com\r\nSubject: PO 4471\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n" + LABELLED["order_status"] + "\r\n"
    )
    answer = serving.client.post(
        "/classify", content=raw.encode(), headers={"Content-Type": "message/rfc822"}
    )
    from_raw = ClassifyResponse.model_validate_json(answer.content)
    from_json = classify(serving.client, subject="PO 4471", text=LABELLED["order_status"])
    assert from_raw.probabilities == from_json.probabilities
    assert from_raw.outcome == from_json.outcome


def test_the_answer_is_that_of_the_bundle_offline(serving: Serving, classifier: Classifier) -> None:
    answer = classify(serving.client, text=LABELLED["billing"], id="msg-1")
    assert answer.probabilities == classifier.classify(LABELLED["billing"]).labels
    assert answer.model.digest == classifier.reference.digest
    assert answer.id == "msg-1"


def test_html_is_read_as_its_reader_sees_it(serving: Serving) -> None:
    html = f"<p>{LABELLED['billing']}</p><p style='display:none'>PO 4471 is late</p>"
    shown = classify(serving.client, html=html)
    assert shown.probabilities == classify(serving.client, text=LABELLED["billing"]).probabilities


def test_a_bounce_is_bypassed_and_goes_nowhere(serving: Serving) -> None:
    answer = classify(
        serving.client,
        envelope={"from": ""},
        headers={"From": "MAILER-DAEMON@example.org", "Auto-Submitted": "auto-replied"},
        subject="Undelivered Mail Returned to Sender",
        text="The mail system could not deliver your message.",
    )
    assert (answer.outcome, answer.bypass_reason) == ("bypass", "bounce")
    assert answer.route is None
    assert answer.label is None


@pytest.mark.parametrize("message", [{}, {"text": "  \n "}, {"html": "<p></p>", "subject": ""}])
def test_an_empty_message_is_reviewed(serving: Serving, message: dict[str, str]) -> None:
    answer = classify(serving.client, **message)
    assert (answer.outcome, answer.review_reason) == ("review", "empty")
    assert answer.route is not None
    assert answer.route.team == "triage"


def test_mail_over_a_bound_is_reviewed_not_refused(serving: Serving) -> None:
    raw = b"Subject: x\r\n" + b"X-Filler: y\r\n" * 60_000 + b"\r\nHello"
    answer = serving.client.post(
        "/classify", content=raw, headers={"Content-Type": "message/rfc822"}
    )
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "review"
    assert answer.json()["review_reason"] == "refused"


def test_a_batch_answers_in_order_and_a_bad_item_fails_alone(serving: Serving) -> None:
    texts = list(LABELLED.values())
    messages: list[object] = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    messages.insert(2, {"id": "bad", "text": 7})
    messages.insert(3, "not an object")
    answer = serving.client.post("/classify/batch", json={"messages": messages})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["id"] for result in results] == ["0", "1", "bad", None, "2", "3"]
    assert [result.get("label") for result in results if "label" in result] == list(LABELLED)
    assert [results[n]["problem"]["status"] for n in (2, 3)] == [422, 422]


@pytest.mark.parametrize(
    ("send", "status", "name"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "not_readable"),
        ({"content": b"hello"}, 415, "wrong_media_type"),
        ({"json": {"subject": 7}}, 422, "invalid"),
        ({"json": {"canary-key": "x"}}, 422, "invalid"),
        ({"json": {"headers": {"canary-name": ["canary"]}}}, 422, "invalid"),
        ({"json": {"headers": [["canary", "x"]] * 1_001}}, 422, "invalid"),
        ({"json": {f"canary{n}": "x" for n in range(1_000)}}, 422, "invalid"),
    ],
)
def test_bad_input_gets_a_problem_that_never_repeats_it(
    serving: Serving, send: dict[str, object], status: int, name: str
) -> None:
    answer = serving.client.post("/classify", **send)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:signalbox:problem:{name}"
    assert answer.json()["status"] == status
    assert "canary" not in answer.text
    assert len(answer.text) < 2_000


def test_unknown_paths_and_methods_are_problems_too(serving: Serving) -> None:
    for answer, status in (
        (serving.client.get("/nowhere"), 404),
        (serving.client.delete("/classify"), 405),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_over_its_limit_is_refused(serving: Serving) -> None:
    answer = serving.client.post("/classify/batch", json={"messages": [{}] * 257})
    assert answer.status_code == 422


def test_metrics_count_decisions_and_requests(serving: Serving) -> None:
    before = _count(serving.client, "signalbox_texts_total")
    classify(serving.client, text=LABELLED["billing"])
    classify(serving.client, text=" ")  # nothing to read
    assert _count(serving.client, "signalbox_texts_total") == before + 1
    text = serving.client.get("/metrics").text
    assert 'signalbox_requests_total{path="/classify",status="200"}' in text
    assert 'label="billing"' in text
    assert "signalbox_queue_seconds" in text
    assert 'signalbox_model_info{digest="' in text


def test_no_word_of_a_message_reaches_logs_or_metrics(serve: Serve) -> None:
    canary = "zanzibarquartz"
    with serve(log_level="debug") as running:
        headers = {"From": f"{canary}@example.org", "X-Note": canary}
        classify(running.client, subject=canary, text=f"{canary} is late", headers=headers)
        running.client.post("/classify", json={canary: canary})
        running.client.post("/classify", content=canary.encode())
        running.client.post("/classify/batch", json={"messages": [{"text": [canary]}]})
        refused = running.client.post("/classify", json={"subject": [canary]})
        assert canary not in refused.text
        running.client.get(f"/{canary}")
        assert canary not in running.client.get("/metrics").text
        assert canary not in running.log.read_text()


def test_one_log_line_per_request_splits_the_time(serve: Serve) -> None:
    with serve() as running:
        answer = classify(running.client, text=LABELLED["billing"])
        deadline = time.monotonic() + 30
        while '"path": "/classify"' not in running.log.read_text():  # written after the answer
            assert time.monotonic() < deadline
        lines = [json.loads(x) for x in running.log.read_text().splitlines() if x.startswith("{")]
    (line,) = [x for x in lines if x["event"] == "request" and x["path"] == "/classify"]
    assert line["decision_id"] == answer.decision_id
    assert {"parse_ms", "queue_ms", "infer_ms", "total_ms", "status"} <= set(line)


def test_a_body_over_the_limit_is_refused_unread(serve: Serve) -> None:
    with serve(max_body_bytes=2_000) as running:
        declared = running.client.post("/classify", json={"text": "x" * 3_000})
        assert declared.status_code == 413

        def chunks() -> object:
            yield from [b"x" * 1_000] * 3

        streamed = running.client.post(
            "/classify",
            content=chunks(),  # type: ignore[arg-type]
            headers={"Content-Type": "message/rfc822"},
        )
        assert streamed.status_code == 413


def test_a_body_that_never_ends_is_given_up(serve: Serve) -> None:
    with serve(body_timeout_s=0.2) as running:
        host, port = "127.0.0.1", int(running.url.rpartition(":")[2])
        with socket.create_connection((host, port), timeout=30) as connection:
            connection.sendall(
                b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: message/rfc822\r\n"
                b"Content-Length: 100\r\n\r\nhalf"
            )
            assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_overload_costs_the_excess_and_nothing_else(serve: Serve) -> None:
    with serve(n_lanes=1, max_queue_ms=30) as running:

        def ask(_: int) -> httpx2.Response:
            return httpx2.post(f"{running.url}/classify", json={"text": SLOW}, timeout=60)

        with concurrent.futures.ThreadPoolExecutor(40) as clients:
            answers = list(clients.map(ask, range(120)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 429}
    for answer in answers:
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["type"] == "urn:signalbox:problem:overloaded"


def test_a_stop_answers_everything_it_accepted(serve: Serve) -> None:
    with serve() as running:
        batch = {"messages": [{"id": str(n), "text": "Where is it? " * 60} for n in range(200)]}
        answer = _stop_while_working(running, batch)
        assert len(answer.json()["results"]) == 200
        assert running.process.wait(timeout=30) == 0
        assert '"event": "stopped"' in running.log.read_text()


def test_a_stop_that_comes_too_late_says_so_to_those_who_wait(serve: Serve) -> None:
    with serve(n_lanes=1, stop_timeout_s=1) as running:
        answer = _stop_while_working(running, {"messages": [{"text": SLOW}] * 256})
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:signalbox:problem:stopping"
        assert running.process.wait(timeout=30) == 0


def test_a_connection_refused_with_its_body_unread_is_closed(serve: Serve) -> None:
    with serve(max_body_bytes=2_000) as running:
        answer = running.client.post("/classify", json={"text": "x" * 3_000})
        assert answer.headers["connection"] == "close"
        assert running.client.get("/healthz").status_code == 200


def test_a_client_that_leaves_takes_its_work_with_it(serve: Serve) -> None:
    with serve(n_lanes=1, max_queue_ms=60_000) as running:
        host, port = "127.0.0.1", int(running.url.rpartition(":")[2])
        body = json.dumps({"messages": [{"text": SLOW}] * 256}).encode()
        head = f"POST /classify/batch HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        with socket.create_connection((host, port), timeout=30) as connection:
            connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
            deadline = time.monotonic() + 30
            while not _count(running.client, "signalbox_decisions_total"):
                assert time.monotonic() < deadline
        deadline = time.monotonic() + 30
        while '"status": 499' not in running.log.read_text():
            assert time.monotonic() < deadline
        assert 'signalbox_texts_total{graphs="2"}' in running.client.get("/metrics").text
        assert _count(running.client, "signalbox_decisions_total") < 256


def _count(client: httpx2.Client, metric: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(metric + "{"))


def _stop_while_working(running: Serving, batch: dict[str, object]) -> httpx2.Response:
    """What a batch is answered when the process is told to stop in the middle of it."""
    with concurrent.futures.ThreadPoolExecutor(1) as clients:
        asking = clients.submit(
            httpx2.post, f"{running.url}/classify/batch", json=batch, timeout=60
        )
        deadline = time.monotonic() + 30
        while "_step_seconds_count" not in running.client.get("/metrics").text:
            assert time.monotonic() < deadline
        running.process.terminate()
        return asking.result()
