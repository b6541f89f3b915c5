"""The status that each gateway hears, against what its documentation makes of it."""

from http import HTTPStatus

import pytest

from service.api.problems import BodyTooLarge, BodyTooSlow, describe
from service.errors import Invalid, Overloaded, SignalboxError, Unauthenticated, Unavailable
from service.gateways.statuses import PATHS, STATUSES, Provider
from tests.gateways import EXPECTED

ERRORS = (Unauthenticated("x"), Overloaded(2), Unavailable("x"), BodyTooLarge("x"))
# What a gateway takes as the end of a mail: lost, or bounced to the customer.
FINAL = {
    Provider.POSTMARK: {403},
    Provider.SENDGRID: set(range(300, 500)),
    Provider.MAILGUN: {406},
    Provider.SES: set(range(400, 500)) - {429},
    Provider.CLOUDMAILIN: set(range(400, 500)) - {413},  # a mail too large for ever
    Provider.CLOUDFLARE: set(),
    Provider.POSTAL: set(range(300, 500)),
    Provider.STALWART: set(),
}


@pytest.mark.parametrize("path", PATHS)
def test_each_error_has_the_status_that_its_gateway_needs(path: str) -> None:
    found = tuple(int(describe(error, path).status) for error in ERRORS)
    assert found == EXPECTED[PATHS[path]]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("error", [*ERRORS, BodyTooSlow("x"), Invalid("x")])
def test_no_error_is_the_end_of_a_mail(path: str, error: SignalboxError) -> None:
    status = describe(error, path).status
    assert status >= HTTPStatus.BAD_REQUEST
    assert status not in FINAL[PATHS[path]]


def test_every_provider_has_its_statuses_and_a_path() -> None:
    assert set(STATUSES) == set(Provider) == set(PATHS.values())


def test_whoever_is_to_come_back_hears_when() -> None:
    for error in (Overloaded(2), Unavailable("x")):
        assert int(describe(error, "/inbound/postal").headers["Retry-After"]) >= 1
