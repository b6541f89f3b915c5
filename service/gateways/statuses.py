"""Which HTTP status each gateway needs to hear so that no customer's mail is lost or bounced.

docs/gateways.md says where each number comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final


class Provider(StrEnum):
    """The gateways that ``POST /inbound/{provider}`` serves."""

    POSTMARK = "postmark"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    SES = "ses"
    CLOUDMAILIN = "cloudmailin"
    CLOUDFLARE = "cloudflare"
    POSTAL = "postal"
    STALWART = "stalwart"


# Mailgun sends raw mail to addresses that end in "mime".
PATHS: Final[Mapping[str, Provider]] = {
    **{f"/inbound/{provider}": provider for provider in Provider},
    "/inbound/mailgun/mime": Provider.MAILGUN,
}


@dataclass(frozen=True, slots=True)
class Statuses:
    """What to answer when a call cannot be accepted; an accepted one gets 200 everywhere."""

    unavailable: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    overloaded: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    unauthenticated: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    too_large: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE


_REFUSED: Final = HTTPStatus.UNAUTHORIZED
_TOO_LARGE: Final = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

STATUSES: Final[Mapping[Provider, Statuses]] = {
    # Retries on anything but 200 and 403, then keeps the mail for a retry by hand.
    Provider.POSTMARK: Statuses(unauthenticated=_REFUSED, too_large=_TOO_LARGE),
    # Retries on 5xx for three days.
    Provider.SENDGRID: Statuses(),
    # Retries for eight hours on anything but 2xx and 406.
    Provider.MAILGUN: Statuses(unauthenticated=_REFUSED, too_large=_TOO_LARGE),
    # Retries on 5xx and 429; a 4xx is the end.
    Provider.SES: Statuses(),
    # Hands the status on to the sending server: a 4xx bounces. Only true size may.
    Provider.CLOUDMAILIN: Statuses(too_large=_TOO_LARGE),
    # Our own worker delivers to the fallback mailbox on anything but 200.
    Provider.CLOUDFLARE: Statuses(
        overloaded=HTTPStatus.TOO_MANY_REQUESTS, unauthenticated=_REFUSED, too_large=_TOO_LARGE
    ),
    # Any 4xx, 429 too, loses the mail without a word.
    Provider.POSTAL: Statuses(),
    # Anything but 2xx is a temporary failure to the sender (tempFailOnError).
    Provider.STALWART: Statuses(unauthenticated=_REFUSED, too_large=_TOO_LARGE),
}
