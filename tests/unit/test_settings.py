import pytest

from service.errors import ConfigurationCorrupt
from service.settings import load_settings


@pytest.mark.usefixtures("clean_settings")
def test_defaults_listen_on_loopback() -> None:
    settings = load_settings()
    assert settings.host.is_loopback
    assert settings.port == 8000


def test_a_variable_nobody_reads_is_refused(clean_settings: pytest.MonkeyPatch) -> None:
    clean_settings.setenv("SIGNALBOX_PROT", "8001")
    with pytest.raises(ConfigurationCorrupt, match="SIGNALBOX_PROT"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "65536"), ("PORT", "http"), ("HOST", "localhost"), ("MAX_QUEUE_MS", "0")],
)
def test_a_value_out_of_bounds_is_refused_by_name(
    clean_settings: pytest.MonkeyPatch, name: str, value: str
) -> None:
    clean_settings.setenv(f"SIGNALBOX_{name}", value)
    with pytest.raises(ConfigurationCorrupt, match=f"SIGNALBOX_{name}"):
        load_settings()
