"""What the composition root makes of the settings of gateways."""

from pathlib import Path

import pytest

from service.app import build_gateways
from service.errors import ConfigurationCorrupt
from service.gateways.statuses import Provider
from service.settings import Settings
from tests.mails import CREDENTIALS, EC_KEY, TOKEN, public_pem

pytestmark = pytest.mark.usefixtures("clean_settings")
FALLBACK = {"fallback_address": "people@example.com"}


def build(**settings: object) -> set[Provider]:
    gateways = build_gateways(Settings.model_validate(settings))
    if gateways.relay is not None:
        gateways.relay.store.close()
    return set(gateways.by_provider)


def test_without_secrets_there_are_no_gateways() -> None:
    assert build() == set()


def test_gateways_that_deliver_themselves_need_no_mail_server() -> None:
    stalwart = {"stalwart_credentials": CREDENTIALS, "stalwart_addresses": "info@example.com"}
    found = build(cloudflare_token=TOKEN, **stalwart, **FALLBACK)
    assert found == {Provider.CLOUDFLARE, Provider.STALWART}


def test_the_others_need_one_and_a_store(tmp_path: Path) -> None:
    server = {"smtp_host": "127.0.0.1", "store_file": tmp_path / "signalbox.db"}
    key = public_pem(EC_KEY)
    assert build(sendgrid_public_key=key, **FALLBACK, **server) == {Provider.SENDGRID}


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"cloudflare_token": TOKEN}, "FALLBACK_ADDRESS"),
        ({"stalwart_credentials": CREDENTIALS, **FALLBACK}, "STALWART_ADDRESSES"),
        ({"mailgun_signing_key": "x", **FALLBACK}, "SMTP_HOST"),
        ({"sendgrid_public_key": "canary", **FALLBACK}, "public key"),
        ({"postal_public_key": "Müller", **FALLBACK}, "public key"),
        (
            {"ses_topics": "x", "smtp_host": "x", "store_file": "/nowhere/x.db", **FALLBACK},
            "store",
        ),
    ],
)
def test_gateways_that_could_not_work_stop_the_start(
    settings: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigurationCorrupt, match=complaint) as caught:
        build(**settings)
    assert "canary" not in str(caught.value)
