"""Stalwart: a hook at the stage of data, and the changes that it is answered with."""

import json
from typing import Any

import pytest

from service.errors import Unauthenticated
from service.gateways.call import PayloadUnreadable
from service.gateways.stalwart import accept
from tests.gateways import read, stalwart
from tests.mails import Mail, Sent, basic, json_call

SERVED = frozenset({"info@example.com"})


def altered(**fields: Any) -> Sent:  # noqa: ANN401 - JSON
    payload = json.loads(stalwart(Mail()).body) | fields
    return json_call("/inbound/stalwart", payload, basic())


def test_a_wrong_secret_is_refused() -> None:
    sent = stalwart(Mail())
    with pytest.raises(Unauthenticated):
        read(Sent(sent.path, sent.body))


@pytest.mark.parametrize("fields", [{"envelope": None}, {"message": None}, {"message": 7}])
def test_what_is_not_documented_is_unreadable(fields: dict[str, object]) -> None:
    with pytest.raises(PayloadUnreadable):
        read(altered(**fields))


def test_the_answer_replaces_recipients_and_adds_headers() -> None:
    recipients = ["Info@example.com", "a@example.com", "bob@example.com"]
    addresses = ["a@example.com", "b@example.com"]
    answer = accept(recipients, SERVED, addresses, [("X-Signalbox-Label", "billing")])
    assert answer == {
        "action": "accept",
        "modifications": [
            {"type": "deleteRecipient", "value": "Info@example.com"},
            {"type": "addRecipient", "value": "b@example.com"},
            {"type": "addHeader", "name": "X-Signalbox-Label", "value": "billing"},
        ],
    }


def test_without_addresses_the_mail_goes_where_it_was_going() -> None:
    untouched = {"action": "accept", "modifications": []}
    assert accept(["info@example.com"], SERVED, (), []) == untouched


def test_a_mail_to_nobody_that_is_served_goes_where_it_was_going() -> None:
    untouched = {"action": "accept", "modifications": []}
    assert accept(["bob@example.com"], SERVED, ["a@example.com"], []) == untouched
