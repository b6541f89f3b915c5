"""Amazon SES through SNS: two envelopes of JSON, and a certificate from SNS alone."""

import json
import socket

import pytest

from service.errors import Unauthenticated, Unavailable
from service.gateways.call import PayloadUnreadable
from service.gateways.ses import Ses, fetch_from_sns
from tests.gateways import read, read_mail
from tests.mails import Mail, Sent
from tests.sns import (
    CERTIFICATE_URL,
    SUBSCRIBE_URL,
    TOPIC,
    curve_certificate,
    notification,
    serve_sns,
    ses_utf8,
    signed_by_sns,
    sns_certificate,
)

CONFIRMATION = {
    "Type": "SubscriptionConfirmation",
    "Message": "You have chosen to subscribe",
    "SubscribeURL": SUBSCRIBE_URL,
    "Token": "2336412f",
}


class Fetched(list[str]):
    """The addresses asked for; each serves a certificate."""

    def __call__(self, url: str) -> bytes:
        self.append(url)
        return sns_certificate()


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-west-1.amazonaws.com/?Action=X",
        "https://sns.eu-west-1.amazonaws.com/bucket/SimpleNotificationService-0.pem",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    fetched = Fetched()
    sent = signed_by_sns("1", **CONFIRMATION, SigningCertURL=url)
    with pytest.raises(Unauthenticated, match="where SNS keeps them"):
        Ses(frozenset({TOPIC}), fetched).verify(sent.call())
    assert fetched == []


def test_its_own_identifier_tells_a_retry() -> None:
    assert read_mail(ses_utf8(Mail())).identifier == "ses-<4471@example.org>"


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_the_signature_are_read(version: str) -> None:
    message = json.dumps(notification(Mail(), "Subject: x\n\nHello", "UTF-8"))
    assert read_mail(signed_by_sns(version, Message=message)).raw == b"Subject: x\n\nHello"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Signature", ""),
        ("Signature", "Müller"),
        ("Signature", "AAAA"),
        ("Message", "{}"),
        ("Timestamp", "2026-11-23T03:00:00.000Z"),
        ("TopicArn", "arn:aws:sns:eu-west-1:666666666666:signalbox"),
        ("SignatureVersion", "3"),
        ("Subject", None),
        ("Type", "SubscriptionConfirmation"),
    ],
)
def test_an_altered_message_is_refused(name: str, value: str | None) -> None:
    good = ses_utf8(Mail())
    body = json.dumps(json.loads(good.body) | {name: value}).encode()
    with pytest.raises(Unauthenticated):
        read(Sent(good.path, body))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"Type": "Notification"}'])
def test_what_is_no_message_of_sns_is_refused(body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        read(Sent("/inbound/ses", body))


def test_the_certificate_is_fetched_once() -> None:
    fetched = Fetched()
    ses = Ses(frozenset({TOPIC}), fetched)
    for _ in range(3):
        ses.verify(ses_utf8(Mail()).call())
    assert fetched == [CERTIFICATE_URL]


def test_only_a_few_certificates_are_kept() -> None:
    fetched = Fetched()
    ses = Ses(frozenset({TOPIC}), fetched)
    urls = [CERTIFICATE_URL.replace("-0.pem", f"-{n}.pem") for n in range(9)]
    for url in [*urls, urls[0]]:
        ses.verify(signed_by_sns(Message="{}", SigningCertURL=url).call())
    assert fetched == [*urls, urls[0]]


def test_a_certificate_that_is_none_is_for_later_and_one_of_another_kind_for_never() -> None:
    call = ses_utf8(Mail()).call()
    with pytest.raises(Unavailable):
        Ses(frozenset({TOPIC}), lambda _: b"<html>").verify(call)
    with pytest.raises(Unauthenticated):
        Ses(frozenset({TOPIC}), lambda _: curve_certificate()).verify(call)


def test_a_subscription_of_our_topic_is_confirmed() -> None:
    fetched = Fetched()
    ses, call = Ses(frozenset({TOPIC}), fetched), signed_by_sns(**CONFIRMATION).call()
    ses.verify(call)
    assert ses.read(call) is None
    assert fetched == [CERTIFICATE_URL, SUBSCRIBE_URL]


def test_the_end_of_a_subscription_asks_for_nothing() -> None:
    fetched = Fetched()
    ending = CONFIRMATION | {"Type": "UnsubscribeConfirmation"}
    ses, call = Ses(frozenset({TOPIC}), fetched), signed_by_sns(**ending).call()
    ses.verify(call)
    assert ses.read(call) is None
    assert fetched == [CERTIFICATE_URL]


def test_a_notification_that_announces_itself_carries_no_mail() -> None:
    assert (
        read(signed_by_sns(Message='{"notificationType": "AmazonSnsSubscriptionSucceeded"}'))
        is None
    )


def test_an_unknown_sender_is_not_the_null_sender() -> None:
    bare = notification(Mail(), "Hello", "UTF-8") | {"mail": {}}
    mail = read_mail(signed_by_sns(Message=json.dumps(bare)))
    assert mail.envelope.sender is None
    assert mail.identifier is None


@pytest.mark.parametrize(
    "message",
    [
        "not JSON",
        json.dumps({"notificationType": "Received"}),
        json.dumps(notification(Mail(), "not Base64!", "BASE64")),
        json.dumps({"notificationType": "Received", "mail": 7}),
    ],
)
def test_what_is_not_documented_is_unreadable(message: str) -> None:
    with pytest.raises(PayloadUnreadable):
        read(signed_by_sns(Message=message))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.example.net/x.pem",
        "https://example.net/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://sns.eu-west-1.amazonaws.com:abc/x.pem",
        "https://user@sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com@example.net/",
        "https://sns.eu-west-1.amazonaws.com\\@example.net/",
        "https://sns.eu-west-1.amazonaws.com/\n.example.net/",
        "https://sns.eu-west-1.amazonaws.com/Müller",
        "https://sns.eu-west-1.amazonaws.com",
        "https://s3.amazonaws.com/sns.pem",
        "https://127.0.0.1/x.pem",
        "https://[/x.pem",
        "file:///etc/passwd",
        "",
        f"{CERTIFICATE_URL}?{'x' * 3_000}",
    ],
)
def test_nothing_is_asked_of_an_address_that_is_not_of_sns(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Unauthenticated):
            fetch_from_sns(url)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("url", [CERTIFICATE_URL, SUBSCRIBE_URL])
def test_an_address_of_sns_is_asked_over_tls(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve_sns(tmp_path_factory.mktemp("sns")) as sns:
        for name, value in sns.environment().items():
            monkeypatch.setenv(name, value)
        assert fetch_from_sns(url) == sns_certificate()
        sns.status = 503
        with pytest.raises(Unavailable, match="503"):
            fetch_from_sns(url)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Unavailable, match="does not answer"):
            fetch_from_sns(url)
    assert [path for path in sns.paths if not url.endswith(path)] == []
