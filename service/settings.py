"""Every knob of the service: read once from ``SIGNALBOX_*`` variables, then passed as values."""

import os
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import ConfigurationCorrupt

PREFIX = "SIGNALBOX_"
DEFAULT_TEAMS = Path(__file__).parent / "teams.toml"
_LEAST_SECRET_CHARS = 16


def _user_and_password(value: SecretStr) -> SecretStr:
    user, _, password = value.get_secret_value().partition(":")
    if not user or len(password) < _LEAST_SECRET_CHARS:
        raise ValueError(f"needs user:password, the password {_LEAST_SECRET_CHARS} or more long")
    return value


Credentials = Annotated[SecretStr, AfterValidator(_user_and_password)]


class Settings(BaseSettings):
    """What an operator may choose. Units end the names; bounds are checked at start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: IPv4Address | IPv6Address = Field(
        default=IPv4Address("127.0.0.1"), description="Address to listen on."
    )
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8000, description="TCP port to listen on; 0 lets the system choose."
    )
    bundle_dir: Path = Field(
        default=Path("models/default"), description="Folder of the bundle to serve."
    )
    teams_file: Path = Field(
        default=DEFAULT_TEAMS, description="TOML file: which team answers which label, and where."
    )
    risk: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Share of routed mail that may go wrong; one the bundle promises."
    )
    n_lanes: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0, description="Inference threads; 0 means one for each available core."
    )
    max_queue_ms: Annotated[float, Field(gt=0, le=60_000)] = Field(
        default=200.0, description="Estimated work, per lane, beyond which requests get 429."
    )
    max_body_bytes: Annotated[int, Field(ge=1_024, le=128 * 2**20)] = Field(
        default=48 * 2**20, description="Largest request body; beyond it the answer is 413."
    )
    body_timeout_s: Annotated[float, Field(gt=0, le=300)] = Field(
        default=10.0, description="Time a client has to send its whole body; then 408."
    )
    max_batches: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="Batch requests worked on at once; beyond it 429."
    )
    stop_timeout_s: Annotated[int, Field(ge=1, le=300)] = Field(
        default=10, description="Time accepted requests have to finish after SIGTERM."
    )
    fallback_address: str | None = Field(
        default=None, description="Mailbox of people; gets what could not be classified in time."
    )
    fallback_after_s: Annotated[float, Field(ge=0, le=432_000)] = Field(
        default=600.0, description="Age at which a mail goes to the fallback address."
    )
    smtp_host: str | None = Field(
        default=None, description="Mail server that takes what Signalbox hands on."
    )
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default=25, description="Port of that server."
    )
    smtp_tls: bool = Field(default=False, description="Whether to require STARTTLS of that server.")
    store_file: Path = Field(
        default=Path("signalbox.db"),
        description="SQLite file: what was handed on, without content.",
    )
    lmtp_host: IPv4Address | IPv6Address = Field(
        default=IPv4Address("127.0.0.1"), description="Address `signalbox lmtp` listens on."
    )
    lmtp_port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=10_024, description="Port `signalbox lmtp` listens on; 0 lets the system choose."
    )
    classify_url: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:8000/classify"),
        description="Where `signalbox lmtp` asks for decisions.",
    )
    classify_timeout_s: Annotated[float, Field(gt=0, le=120)] = Field(
        default=8.0, description="Time an answer may take before the mail is left in the queue."
    )
    postmark_credentials: Credentials | None = Field(
        default=None, description="`user:password` in the URL that Postmark calls."
    )
    sendgrid_public_key: str | None = Field(
        default=None, description="Public key of SendGrid's signature policy, Base64 or PEM."
    )
    mailgun_signing_key: SecretStr | None = Field(
        default=None, description="Mailgun's HTTP webhook signing key."
    )
    ses_topics: str = Field(
        default="", description="ARNs of the SNS topics that may call, with commas between."
    )
    cloudmailin_credentials: Credentials | None = Field(
        default=None, description="`user:password` in the URL that CloudMailin calls."
    )
    cloudflare_token: Annotated[SecretStr, Field(min_length=16)] | None = Field(
        default=None, description="Token that our Cloudflare worker sends."
    )
    postal_public_key: str | None = Field(
        default=None, description="Postal's public signing key, Base64 or PEM."
    )
    stalwart_credentials: Credentials | None = Field(
        default=None, description="`user:password` of the Stalwart hook."
    )
    stalwart_addresses: str = Field(
        default="", description="Shared addresses that Stalwart may redirect, with commas between."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line written."
    )


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationCorrupt: a value out of bounds, or a ``SIGNALBOX_*`` variable nobody reads.
    """
    names = {key for key in os.environ if key.startswith(PREFIX)}
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    if unknown := sorted(names - known):
        raise ConfigurationCorrupt(f"unknown settings: {', '.join(unknown)}")
    try:
        return Settings()
    except ValidationError as error:
        problems = (f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigurationCorrupt("; ".join(problems)) from error
