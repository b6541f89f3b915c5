"""Amazon SES through an SNS topic: signed JSON whose message is JSON that holds the mail.

SNS bounces mails over 150 KB before they come here: docs/gateways.md says what to do then.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate

from service.errors import Unauthenticated, Unavailable
from service.gateways.call import (
    Call,
    Fields,
    Inbound,
    PayloadUnreadable,
    read_base64,
    read_json,
)
from service.gateways.signatures import verify_signature
from service.message import Envelope

_TIMEOUT_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 65_536
_MAX_CERTIFICATES: Final = 8  # kept; SNS has one for each region, renewed each year
_ADDRESS: Final = re.compile(r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?/[!-~]{0,2000}")
_CERTIFICATE: Final = re.compile(r"SimpleNotificationService-[0-9a-f]{1,64}\.pem")
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_HASHES: Final[dict[str, type[HashAlgorithm]]] = {"1": SHA1, "2": SHA256}


class _Envelope(Fields):
    """What SNS puts around a message; see its page on verifying signatures."""

    Type: Literal["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
    MessageId: str
    TopicArn: str
    Message: str
    Timestamp: str
    SignatureVersion: Literal["1", "2"]
    Signature: str
    SigningCertURL: str
    Subject: str | None = None
    SubscribeURL: str | None = None
    Token: str | None = None


class _Mail(Fields):
    source: str | None = None
    messageId: str = ""


class _Action(Fields):
    encoding: str = ""


class _Receipt(Fields):
    recipients: tuple[str, ...] = ()
    action: _Action = _Action()


class _Notification(Fields):
    notificationType: str = ""
    mail: _Mail = _Mail()
    receipt: _Receipt = _Receipt()
    content: str | None = None


def _host(topic: str) -> str:
    """Where the SNS of a topic is: an ARN names the partition and the region."""
    _, partition, _, region, *_ = [*topic.split(":"), "", "", "", ""]
    return f"https://sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}/"


def fetch_from_sns(url: str) -> bytes:
    """What SNS serves at one of its own addresses.

    Raises:
        Unauthenticated: the address is not one of SNS; nothing was asked of it.
        Unavailable: no answer, or not the one we need.
    """
    if not _ADDRESS.fullmatch(url):
        raise Unauthenticated("an address that is not one of SNS")
    try:
        with httpx2.stream("GET", url, timeout=_TIMEOUT_S, follow_redirects=False) as answer:
            chunk = next(answer.iter_bytes(_MAX_ANSWER_BYTES), b"")
    except httpx2.HTTPError as error:
        raise Unavailable("SNS does not answer") from error
    if answer.status_code != httpx2.codes.OK:
        raise Unavailable(f"SNS answers {answer.status_code}")
    return chunk


@dataclass(frozen=True, slots=True)
class Ses:
    """Calls of SNS topics we have named; a new subscription to one of them is confirmed."""

    topics: frozenset[str]
    fetch: Callable[[str], bytes] = fetch_from_sns
    _keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)

    def verify(self, call: Call) -> None:
        try:
            envelope = read_json(_Envelope, call.body)
        except PayloadUnreadable as error:
            raise Unauthenticated(f"no signed SNS message: {error}") from error
        if envelope.TopicArn not in self.topics:
            raise Unauthenticated("a topic that is not one of ours")
        values = ((key, getattr(envelope, key)) for key in _SIGNED[envelope.Type])
        signed = "".join(f"{key}\n{value}\n" for key, value in values if value is not None)
        host = _host(envelope.TopicArn)
        if not _CERTIFICATE.fullmatch(envelope.SigningCertURL.removeprefix(host)):
            raise Unauthenticated("a certificate that is not where SNS keeps them")
        key = self._key(envelope.SigningCertURL)
        algorithm = _HASHES[envelope.SignatureVersion]()
        verify_signature(key, envelope.Signature, signed.encode(), algorithm)

    def read(self, call: Call) -> Inbound | None:
        envelope = read_json(_Envelope, call.body)
        if envelope.Type == "SubscriptionConfirmation" and envelope.SubscribeURL:
            if not envelope.SubscribeURL.startswith(_host(envelope.TopicArn)):
                raise PayloadUnreadable("a confirmation that is not at the topic's own SNS")
            self.fetch(envelope.SubscribeURL)
        if envelope.Type != "Notification":
            return None
        notification = read_json(_Notification, envelope.Message)
        if notification.notificationType != "Received":
            return None  # SES announces that it may publish here
        if notification.content is None:
            raise PayloadUnreadable("a notification without content: use the SNS action")
        is_encoded = notification.receipt.action.encoding.upper() == "BASE64"
        content = notification.content
        raw = read_base64(content) if is_encoded else content.encode()
        mail, recipients = notification.mail, notification.receipt.recipients
        sender = None if mail.source is None else mail.source.strip("<> ")
        return Inbound(raw, Envelope(sender, recipients), mail.messageId or None)

    def _key(self, url: str) -> rsa.RSAPublicKey:
        """The public key of the certificate at ``url``, fetched once."""
        if url not in self._keys:
            try:
                key = load_pem_x509_certificate(self.fetch(url)).public_key()
            except ValueError as error:
                raise Unavailable("SNS serves no certificate") from error
            if not isinstance(key, rsa.RSAPublicKey):
                raise Unauthenticated("a certificate without an RSA key")
            if len(self._keys) >= _MAX_CERTIFICATES:
                self._keys.clear()
            self._keys[url] = key
        return self._keys[url]
