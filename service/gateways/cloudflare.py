"""Cloudflare Email Workers: raw mail from the worker in deploy/cloudflare, and a token."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from service.gateways.call import Call, Inbound
from service.gateways.signatures import verify_bearer
from service.message import Envelope


@dataclass(frozen=True, slots=True)
class Cloudflare:
    """Calls of our own Email Worker, which forwards to where the answer says."""

    token: SecretStr

    def verify(self, call: Call) -> None:
        verify_bearer(call, self.token.get_secret_value())

    def read(self, call: Call) -> Inbound:
        return Inbound(call.body, read_envelope(call.headers))


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """What ``X-Envelope-From`` and ``X-Envelope-To`` say; ``<>`` is the null sender."""
    sender = headers.get("x-envelope-from")
    recipients = headers.get("x-envelope-to", "").replace(",", " ").split()
    return Envelope(None if sender is None else sender.strip("<> "), tuple(recipients))
