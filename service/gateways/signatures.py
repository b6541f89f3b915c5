"""How a call proves where it comes from: a shared secret, or a signature over what was sent."""

import re
from base64 import b64decode, b64encode
from hmac import compare_digest
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from service.errors import Unauthenticated
from service.gateways.call import Call

_PEM_LINE: Final = re.compile(r"-----[^-]{0,40}-----")


def verify_basic(call: Call, credentials: str) -> None:
    """Raise Unauthenticated unless the call carries ``user:password`` (RFC 7617)."""
    _verify_authorization(call, "Basic", b64encode(credentials.encode()).decode())


def verify_bearer(call: Call, token: str) -> None:
    """Raise Unauthenticated unless the call carries ``token`` (RFC 6750)."""
    _verify_authorization(call, "Bearer", token)


def _verify_authorization(call: Call, scheme: str, secret: str) -> None:
    found_scheme, _, found = call.headers.get("authorization", "").partition(" ")
    is_same = compare_digest(found.strip().encode(), secret.encode())
    if found_scheme.lower() != scheme.lower() or not is_same:
        raise Unauthenticated(f"the {scheme} secret is missing or wrong")


def load_public_key(
    encoded: str,
) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """The key in the Base64 of a SubjectPublicKeyInfo, with or without PEM lines.

    Raises:
        ValueError: it is no such key.
    """
    try:
        key = load_der_public_key(b64decode(_PEM_LINE.sub("", encoded)))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise ValueError("neither an elliptic curve nor an RSA key")  # noqa: TRY004 - of the value
    return key


def verify_signature(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    signature: str,
    signed: bytes,
    algorithm: HashAlgorithm,
) -> None:
    """Raise Unauthenticated unless Base64 ``signature`` is the key's over ``signed``.

    ECDSA in DER for a curve, PKCS #1 v1.5 for RSA.
    """
    try:
        decoded = b64decode(signature)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(decoded, signed, padding.PKCS1v15(), algorithm)
        else:
            key.verify(decoded, signed, ec.ECDSA(algorithm))
    except (ValueError, InvalidSignature) as error:
        raise Unauthenticated("the signature is missing or wrong") from error
