"""One mail and its parts, and what the senders of it in tests have in common: keys and secrets."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from typing import Final

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.gateways.call import Call

CREDENTIALS: Final = "signalbox:a-password-of-tests"
TOKEN: Final = "a-token-of-tests-only"  # noqa: S105 - made up here
SIGNING_KEY: Final = "key-0123456789abcdef"

EC_KEY: Final = ec.generate_private_key(ec.SECP256R1())
RSA_KEY: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@dataclass(frozen=True)
class Mail:
    """A mail and its parts; ``sender`` is that of the envelope, empty for the null sender."""

    text: str = "Die Lieferung zu PO 4471 fehlt. It was promised for Monday, where is it?\n"
    html: str | None = None
    subject: str = "Lieferung PO 4471 für Müller"
    name: str = "Mara Müller"
    sender: str = "mara@example.org"
    recipients: tuple[str, ...] = ("info@example.com",)
    message_id: str = "<4471@example.org>"
    headers: tuple[tuple[str, str], ...] = ()
    file: bytes | None = None
    filename: str = "Straße.pdf"

    def pairs(self) -> list[tuple[str, str]]:
        """The headers as a reader sees them."""
        return [
            *self.headers,
            ("From", f'"{self.name}" <mara@example.org>'),
            ("To", "Info <info@example.com>"),
            ("Subject", self.subject),
            ("Message-ID", self.message_id),
            ("Date", "Mon, 16 Nov 2026 09:12:00 +0100"),
        ]

    @cached_property
    def raw(self) -> bytes:
        message = EmailMessage(policy=SMTP)
        for name, value in self.pairs():
            message[name] = value
        message.set_content(self.text)
        if self.html is not None:
            message.add_alternative(self.html, subtype="html")
        if self.file is not None:
            message.add_attachment(
                self.file, maintype="application", subtype="pdf", filename=self.filename
            )
        return message.as_bytes()


@dataclass(frozen=True)
class Sent:
    """A request of a gateway."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def call(self) -> Call:
        return Call({name.lower(): value for name, value in self.headers.items()}, self.body)

    def post(self, client: httpx2.Client) -> httpx2.Response:
        return client.post(self.path, content=self.body, headers=self.headers)


def public_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def basic(credentials: str = CREDENTIALS) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


def form(
    fields: dict[str, str | bytes], files: list[tuple[str, tuple[str, bytes, str]]] | None = None
) -> tuple[bytes, str]:
    """A multipart body and its content type, as a real client writes them."""
    parts = [(name, (None, value)) for name, value in fields.items()]
    request = httpx2.Request("POST", "http://x/", files=[*parts, *(files or [])])
    return request.read(), request.headers["content-type"]


def json_call(path: str, payload: object, headers: dict[str, str]) -> Sent:
    """A request with this JSON, not escaped to ASCII."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Sent(path, body, {"Content-Type": "application/json", **headers})
