"""Cloudflare: the body is the mail, the envelope stands in headers, the proof is a token."""

import pytest

from service.errors import Unauthenticated
from service.gateways.cloudflare import read_envelope
from service.message import Envelope
from tests.gateways import cloudflare, read
from tests.mails import Mail, Sent


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", "Basic a-token-of-tests-only"])
def test_a_wrong_token_is_refused(value: str) -> None:
    sent = cloudflare(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body, {**sent.headers, "Authorization": value}))


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        ({}, Envelope()),
        ({"x-envelope-from": ""}, Envelope("")),
        ({"x-envelope-from": "<>"}, Envelope("")),
        ({"x-envelope-from": "<a@b.example>", "x-envelope-to": " c@d.example,e@f.example "},
         Envelope("a@b.example", ("c@d.example", "e@f.example"))),
    ],
)  # fmt: skip
def test_the_envelope_is_read_from_headers(headers: dict[str, str], envelope: Envelope) -> None:
    assert read_envelope(headers) == envelope
