"""Eight gateways in front of a real server, a real mail server behind it."""

import concurrent.futures
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from service.api.inbound import DELIVERING
from service.gateways.statuses import PATHS, Provider
from tests.gateways import (
    EXPECTED,
    FORMATS,
    PARSED,
    RAW,
    mailgun_fields,
    postmark_raw,
    signed_by_postal,
    signed_by_sendgrid,
)
from tests.integration.conftest import FALLBACK, ServeGateways
from tests.mails import Mail, Sent, basic, form
from tests.servers import Serving, free_port
from tests.sink import Sink
from tests.sns import SUBSCRIBE_URL, Sns, signed_by_sns

Format = Callable[[Mail], Sent]

MAILS = {
    "order_status": Mail(),
    "billing": Mail(
        text="You charged us twice for invoice 8812. Please refund the second payment.\n",
        html="<p>You charged us twice for invoice 8812. Please refund the second payment.</p>",
        subject="Rechnung für März",
        file=b"%PDF-1.7 \x00\xff",
    ),
    "bounce": Mail(
        text="The mail could not be delivered.\n",
        subject="Undelivered Mail Returned to Sender",
        sender="",
        headers=(("Auto-Submitted", "auto-replied"),),
    ),
    "nothing": Mail(text="\n", subject=""),
}
RELAYED = [provider for provider in Provider if provider not in DELIVERING]
UNREADABLE = b'{"MessageID": 7, "From": "mara@example.org", "text": "Gr\xc3\xbc\xc3\x9fe"}'

_numbers = itertools.count()


def new(mail: Mail = MAILS["order_status"]) -> Mail:
    """The same mail under a name of its own: no repeat of one sent before."""
    return replace(mail, message_id=f"<{next(_numbers)}.test@example.org>")


def without_proof(sent: Sent) -> Sent:
    headers = {"Content-Type": sent.headers["Content-Type"]}
    return Sent(sent.path, sent.body.replace(b"ignature", b"ig"), headers)


def unreadable(provider: Provider) -> Sent:
    """A call with all its proofs and a payload that nobody documents."""
    path, body, kind = f"/inbound/{provider}", UNREADABLE, "application/json"
    match provider:
        case Provider.SES:
            return signed_by_sns(Message="not what SES says")
        case Provider.MAILGUN:
            body, kind = form({**mailgun_fields(Mail()), "note": "Grüße"})
    proofs = {**basic(), **signed_by_sendgrid(body), **signed_by_postal(body)}
    return Sent(path, body, {**proofs, "Content-Type": kind})


# -- the decision ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAILS)
def test_one_mail_through_all_gateways_gets_the_identical_decision(
    gateways: Serving, sink: Sink, name: str
) -> None:
    mail = MAILS[name]
    headers = {"Content-Type": "message/rfc822", "X-Envelope-From": mail.sender}
    answer = gateways.client.post("/classify", content=mail.raw, headers=headers).json()
    first = answer["route"]["address"] if answer["route"] else FALLBACK
    addresses = tuple(dict.fromkeys([first, *(also["address"] for also in answer["also"])]))
    wanted = {"X-Signalbox-Outcome": answer["outcome"]}
    if answer["label"]:
        wanted["X-Signalbox-Label"] = answer["label"]
        wanted["X-Signalbox-Confidence"] = f"{answer['confidence']:.3f}"
    for send in FORMATS:
        sent = send(new(mail))
        said = sent.post(gateways.client)
        assert said.status_code == 200, (sent.path, said.text)
        found, delivered = decision(sent, said, sink)
        assert delivered == addresses, sent.path
        assert found | wanted == found, sent.path


def decision(
    sent: Sent, said: httpx2.Response, sink: Sink
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The headers and mailboxes of a mail, as its gateway or the mail server gets them."""
    document = said.json()
    match PATHS[sent.path]:
        case Provider.STALWART:
            changes = document["modifications"]
            added = [x["value"] for x in changes if x["type"] == "addRecipient"]
            return {x["name"]: x["value"] for x in changes if x["type"] == "addHeader"}, (*added,)
        case Provider.CLOUDFLARE:
            return document["headers"], (*document["addresses"],)
        case _:
            received = sink.mails[-1]
            assert received.recipients == (*document["addresses"],)
            assert received.verdict() == document["headers"]
            return received.verdict(), received.recipients


@pytest.mark.parametrize("provider", RELAYED)
def test_raw_mail_is_handed_on_as_it_came_under_its_verdict(
    gateways: Serving, sink: Sink, provider: Provider
) -> None:
    mail = new(MAILS["billing"])
    RAW[provider](mail).post(gateways.client)
    (received,) = sink.mails
    assert received.raw.endswith(mail.raw)
    assert received.sender == FALLBACK


def test_a_bounce_stays_one_on_its_way_to_people(gateways: Serving, sink: Sink) -> None:
    postmark_raw(new(MAILS["bounce"])).post(gateways.client)
    (received,) = sink.mails
    assert received.sender == ""
    assert received.recipients == (FALLBACK,)


@pytest.mark.parametrize("send", FORMATS)
def test_headers_that_a_sender_forged_reach_no_team(
    gateways: Serving, sink: Sink, send: Format
) -> None:
    forged = (("X-Signalbox-Label", "billing"), ("x-signalbox-outcome", "route"))
    mail = new(Mail(headers=forged))
    sent = send(mail)
    said = sent.post(gateways.client)
    assert said.status_code == 200
    found, delivered = decision(sent, said, sink)
    if send is PARSED[Provider.POSTAL]:  # which passes on no header that it does not know
        assert found["X-Signalbox-Label"] == "order_status"
    else:
        assert (found["X-Signalbox-Outcome"], found["X-Signalbox-Reason"]) == ("bypass", "loop")
        assert "X-Signalbox-Label" not in found
        assert delivered == (FALLBACK,)


# -- the status --------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", Provider)
def test_a_call_without_its_proof_gets_the_status_of_its_gateway(
    gateways: Serving, sink: Sink, provider: Provider
) -> None:
    answer = without_proof(RAW[provider](new())).post(gateways.client)
    assert answer.status_code == EXPECTED[provider][0]
    assert answer.headers["content-type"] == "application/problem+json"
    assert sink.mails == []


@pytest.mark.parametrize("provider", Provider)
def test_a_gateway_that_is_not_set_up_waits(serving: Serving, provider: Provider) -> None:
    answer = RAW[provider](new()).post(serving.client)
    assert answer.status_code == EXPECTED[provider][0]


def test_overload_gets_the_status_of_each_gateway(
    serve_gateways: ServeGateways, sink: Sink
) -> None:
    messages = [{"text": "We ordered forty and none has come. " * 200}] * 256
    with (
        serve_gateways(n_lanes=1, max_queue_ms=1) as running,
        concurrent.futures.ThreadPoolExecutor(1) as others,
    ):
        others.submit(_keep_busy, running.url, messages)
        for provider in Provider:
            assert _until_shed(running.client, provider, sink) == EXPECTED[provider][1]
        running.process.terminate()


def _keep_busy(url: str, messages: list[dict[str, str]]) -> None:
    """Work for the only lane until the server is gone."""
    try:
        while True:
            httpx2.post(f"{url}/classify/batch", json={"messages": messages}, timeout=60)
    except httpx2.TransportError:
        return


def _until_shed(client: httpx2.Client, provider: Provider, sink: Sink) -> int:
    """The first status that is not 200; whatever got 200 is in the sink or the gateway's hands."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        mail = new()
        answer = RAW[provider](mail).post(client)
        if answer.status_code != 200:
            assert int(answer.headers["retry-after"]) >= 1
            assert sink.about(mail.message_id) == []
            return answer.status_code
        assert provider in DELIVERING or len(sink.about(mail.message_id)) == 1
    raise TimeoutError("never overloaded")


def test_a_body_over_the_limit_gets_the_status_of_each_gateway(
    serve_gateways: ServeGateways, sink: Sink
) -> None:
    with serve_gateways(max_body_bytes=50_000) as running:
        for provider in Provider:
            answer = RAW[provider](new(Mail(file=b"x" * 60_000))).post(running.client)
            assert answer.status_code == EXPECTED[provider][3]
    assert sink.mails == []


def test_without_a_mail_server_the_gateway_keeps_the_mail(serve_gateways: ServeGateways) -> None:
    with serve_gateways(smtp_port=free_port()) as running:
        for provider in RELAYED:
            answer = RAW[provider](new()).post(running.client)
            assert answer.status_code == EXPECTED[provider][2] == 503
            assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("address", "reply"),
    [
        ("orders@example.com", "550 5.1.1 nobody"),
        ("orders@example.com", "451 4.3.0 later"),
        ("", "554 5.6.0 not this"),
        ("", "451 4.3.0 later"),
        ("", "421 4.3.2 leaving"),
    ],
)
def test_only_mail_that_the_server_has_is_acknowledged(
    gateways: Serving, sink: Sink, address: str, reply: str
) -> None:
    for provider in RELAYED:
        sent = RAW[provider](mail := new())
        sink.rcpt_replies, sink.data_reply = {}, reply if not address else "250 kept"
        sink.rcpt_replies[address] = reply
        assert sent.post(gateways.client).status_code == 503
        assert sink.about(mail.message_id) == []
        sink.rcpt_replies, sink.data_reply = {}, "250 kept"
        assert sent.post(gateways.client).status_code == 200
        assert len(sink.about(mail.message_id)) == 1


def test_what_no_team_takes_in_time_goes_to_people(
    serve_gateways: ServeGateways, sink: Sink
) -> None:
    sink.rcpt_replies["orders@example.com"] = "550 5.1.1 nobody"
    with serve_gateways(fallback_after_s=0) as running:
        answer = postmark_raw(new()).post(running.client)
    assert answer.status_code == 200
    (received,) = sink.mails
    assert received.recipients == (FALLBACK,)
    assert received.verdict() == {"X-Signalbox-Outcome": "unclassified"}


# -- once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("send", [f for formats in (RAW, PARSED) for f in formats.values()])
def test_a_retried_call_delivers_once(gateways: Serving, sink: Sink, send: Format) -> None:
    mail = new(MAILS["billing"])
    first, *again = (send(mail).post(gateways.client) for _ in range(3))
    assert {answer.status_code for answer in (first, *again)} == {200}
    if PATHS[send(mail).path] in DELIVERING:  # the gateway delivers, and knows what it has
        assert sink.mails == []
    else:
        assert len(sink.about(mail.message_id)) == 1
        assert [answer.json()["addresses"] for answer in again] == [[], []]


def test_a_retry_after_a_restart_delivers_once(
    serve_gateways: ServeGateways, sink: Sink, tmp_path: Path
) -> None:
    mail = new()
    for _ in range(2):
        with serve_gateways(store_file=tmp_path / "signalbox.db") as running:
            assert postmark_raw(mail).post(running.client).status_code == 200
    assert len(sink.about(mail.message_id)) == 1


# -- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize("provider", RELAYED)
def test_a_payload_that_nobody_can_read_reaches_people_whole(
    gateways: Serving, sink: Sink, provider: Provider
) -> None:
    sent = unreadable(provider)
    for _ in range(2):
        assert sent.post(gateways.client).status_code == 200
    (received,) = sink.mails
    assert received.recipients == (FALLBACK,)
    assert received.verdict()["X-Signalbox-Outcome"] == "review"
    parts = [part.get_payload(decode=True) for part in received.message.walk()]
    assert sent.body in parts


def test_a_hook_that_nobody_can_read_lets_the_mail_through(gateways: Serving) -> None:
    answer = unreadable(Provider.STALWART).post(gateways.client)
    assert answer.status_code == 200
    changes = answer.json()["modifications"]
    assert answer.json()["action"] == "accept"
    assert {change["type"] for change in changes} == {"addHeader"}


def test_headers_of_sendgrid_over_a_bound_reach_people(gateways: Serving, sink: Sink) -> None:
    body, kind = form({"headers": "X-Filler: y\n" * 30_000, "text": "Hello"})
    sent = Sent("/inbound/sendgrid", body, {"Content-Type": kind, **signed_by_sendgrid(body)})
    assert sent.post(gateways.client).status_code == 200
    assert sink.mails[-1].recipients == (FALLBACK,)


def test_a_subscription_is_confirmed_and_carries_no_mail(
    gateways: Serving, sink: Sink, sns: Sns
) -> None:
    sent = signed_by_sns(
        Type="SubscriptionConfirmation", Message="x", SubscribeURL=SUBSCRIBE_URL, Token="2336412f"
    )
    answer = sent.post(gateways.client)
    assert (answer.status_code, answer.json()["addresses"]) == (200, [])
    assert SUBSCRIBE_URL.endswith(sns.paths[-1])
    assert sink.mails == []


# -- the log -----------------------------------------------------------------------------------


def test_no_word_of_a_mail_reaches_logs_metrics_or_problems(
    serve_gateways: ServeGateways, sink: Sink
) -> None:
    canary = "zanzibarquartz"
    mail = Mail(
        text=f"{canary} is late\n",
        html=f"<p>{canary} is late</p>",
        subject=canary,
        name=canary,
        sender=f"{canary}@example.org",
        recipients=(f"{canary}@example.com",),
        headers=((f"X-{canary}", canary),),
        file=canary.encode(),
        filename=f"{canary}.pdf",
    )
    with serve_gateways(log_level="debug", max_queue_ms=10_000) as running:
        for answer in _trouble(running.client, mail, sink):
            assert answer.is_success or canary not in answer.text
        assert canary not in running.client.get("/metrics").text
        log = running.log.read_text()
    assert canary not in log.lower()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    paths = {line["path"] for line in lines if line["event"] == "request"}
    assert paths >= set(PATHS)


def _trouble(client: httpx2.Client, mail: Mail, sink: Sink) -> Iterator[httpx2.Response]:
    """Every format of a mail: read, without its proof, damaged, and not taken behind us."""
    for send in FORMATS:
        for reply in ("451 4.3.0 later", "250 kept"):
            sink.data_reply = reply
            yield send(new(mail)).post(client)
        sent = send(new(mail))
        yield without_proof(sent).post(client)
        damaged = replace(sent, body=sent.body.replace(b'"', b"'"))
        proofs = {**signed_by_sendgrid(damaged.body), **signed_by_postal(damaged.body)}
        yield replace(damaged, headers={**damaged.headers, **proofs}).post(client)


@pytest.mark.parametrize("path", ["/inbound/cloudmailin/", "/inbound/Postal", "/inbound/ses/x"])
@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_an_address_with_a_letter_too_many_waits(gateways: Serving, method: str, path: str) -> None:
    assert gateways.client.request(method, path, content=b"{}").status_code == 503
