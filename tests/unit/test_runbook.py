from service.settings import DEFAULT_TEAMS, PREFIX, Settings
from tests.conftest import ROOT


def test_the_runbook_describes_every_setting_as_the_code_does() -> None:
    rows = [
        f"| `{PREFIX}{name.upper()}` | `{_shown(field.default)}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    table = [line for line in runbook.splitlines() if line.startswith(f"| `{PREFIX}")]
    assert table == rows


def _shown(default: object) -> str:
    if default == DEFAULT_TEAMS:
        return "service/teams.toml"
    return f"{default:g}" if isinstance(default, float) else str(default)
