"""Keys as an operator pastes them, and what they prove."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.errors import Unauthenticated
from service.gateways.signatures import load_public_key, verify_signature
from tests.mails import EC_KEY, RSA_KEY, public_pem


@pytest.mark.parametrize("key", [EC_KEY, RSA_KEY])
def test_a_key_is_read_with_its_pem_lines_or_without(key: object) -> None:
    pem = public_pem(key)  # type: ignore[arg-type]
    bare = "".join(pem.splitlines()[1:-1])
    expected = key.public_key()  # type: ignore[attr-defined]
    for written in (pem, bare, f" {bare}\n", pem.replace("\n", " ")):
        assert load_public_key(written) == expected


def _other_kind() -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    return b64encode(key.public_bytes(Encoding.DER, form)).decode()


@pytest.mark.parametrize("written", ["", "canary", "AAAA", "Müller", _other_kind()])
def test_what_is_no_key_is_refused_without_its_content(written: str) -> None:
    with pytest.raises(ValueError, match=r"key|deserialize|parse") as caught:
        load_public_key(written)
    assert "canary" not in str(caught.value)


def test_each_kind_of_key_verifies_what_it_signed() -> None:
    signed = b"1794819120{}"
    with_curve = EC_KEY.sign(signed, ec.ECDSA(SHA256()))
    with_rsa = RSA_KEY.sign(signed, padding.PKCS1v15(), SHA256())
    verify_signature(EC_KEY.public_key(), b64encode(with_curve).decode(), signed, SHA256())
    verify_signature(RSA_KEY.public_key(), b64encode(with_rsa).decode(), signed, SHA256())
    with pytest.raises(Unauthenticated):
        verify_signature(EC_KEY.public_key(), b64encode(with_rsa).decode(), signed, SHA256())
