"""Amazon's SNS as it meets the service: signed notifications, and the server of its certificate."""

import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tests.mails import EC_KEY, RSA_KEY, Mail, Sent

TOPIC: Final = "arn:aws:sns:eu-west-1:123456789012:signalbox"
SNS_HOST: Final = "sns.eu-west-1.amazonaws.com"
CERTIFICATE_URL: Final = f"https://{SNS_HOST}/SimpleNotificationService-0.pem"
SUBSCRIBE_URL: Final = f"https://{SNS_HOST}/?Action=ConfirmSubscription&Token=2336412f"


@cache
def sns_certificate() -> bytes:
    """The certificate that SNS would serve, for ``RSA_KEY``."""
    return _certificate(RSA_KEY)


def _certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SNS_HOST)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=30))
    names = x509.SubjectAlternativeName([x509.DNSName(SNS_HOST)])
    return (
        builder.add_extension(names, critical=False).sign(key, SHA256()).public_bytes(Encoding.PEM)
    )


def curve_certificate() -> bytes:
    return _certificate(EC_KEY)


def ses_utf8(mail: Mail) -> Sent:
    return signed_by_sns(Message=json.dumps(notification(mail, mail.raw.decode(), "UTF-8")))


def ses_base64(mail: Mail) -> Sent:
    content = b64encode(mail.raw).decode()
    return signed_by_sns(Message=json.dumps(notification(mail, content, "BASE64")))


def notification(mail: Mail, content: str, encoding: str) -> dict[str, object]:
    return {
        "notificationType": "Received",
        "mail": {"source": mail.sender, "messageId": f"ses-{mail.message_id}"},
        "receipt": {
            "recipients": mail.recipients,
            "action": {"type": "SNS", "topicArn": TOPIC, "encoding": encoding},
        },
        "content": content,
    }


def signed_by_sns(version: str = "2", **fields: str) -> Sent:
    """A message of SNS with these fields, signed as its documentation says."""
    payload = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Timestamp": "2026-11-22T03:00:00.000Z",
        **fields,
    }
    keys = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if payload["Type"] != "Notification":
        keys = [
            "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
        ]  # fmt: skip
    signed = "".join(f"{key}\n{payload[key]}\n" for key in keys).encode()
    algorithm = SHA1() if version == "1" else SHA256()  # noqa: S303 - what SNS signs with
    payload["SignatureVersion"] = version
    payload["Signature"] = b64encode(RSA_KEY.sign(signed, padding.PKCS1v15(), algorithm)).decode()
    payload.setdefault("SigningCertURL", CERTIFICATE_URL)
    body = json.dumps(payload).encode()
    return Sent("/inbound/ses", body, {"Content-Type": "text/plain; charset=UTF-8"})


@dataclass
class Sns:
    """A proxy in front of "SNS": its address, the authority to trust, and the paths asked for."""

    proxy: str
    authority: Path
    status: int = 200
    paths: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here."""
        return {
            "HTTPS_PROXY": self.proxy,
            "https_proxy": self.proxy,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "SSL_CERT_FILE": str(self.authority),
        }


@contextmanager
def serve_sns(folder: Path) -> Iterator[Sns]:
    """SNS on loopback: a proxy that answers as ``SNS_HOST`` itself, with its own TLS."""
    authority, key = folder / "sns.pem", folder / "sns.key"
    authority.write_bytes(sns_certificate())
    key.write_bytes(RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sns = Sns(f"http://127.0.0.1:{listener.getsockname()[1]}", authority)
        thread = threading.Thread(target=_serve, args=(listener, tls, sns))
        thread.start()
        try:
            yield sns
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=30)


def _serve(listener: socket.socket, tls: ssl.SSLContext, sns: Sns) -> None:
    with suppress(OSError):  # the listener is closed: the end
        while True:
            connection = listener.accept()[0]
            with connection, suppress(OSError):
                connection.settimeout(10)
                connection.recv(65_536)  # CONNECT
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                with tls.wrap_socket(connection, server_side=True) as secure:
                    sns.paths.append(secure.recv(65_536).split()[1].decode())
                    answer = sns_certificate()
                    head = f"HTTP/1.1 {sns.status} x\r\nContent-Length: {len(answer)}\r\n\r\n"
                    secure.sendall(head.encode() + answer)
