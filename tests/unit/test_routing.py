from pathlib import Path

import pytest

from service.decision import Decision, Outcome
from service.errors import ConfigurationCorrupt
from service.routing import Teams, choose_route, load_teams

GOOD = """
[[team]]
name = "sales"
address = "sales@example.com"
labels = ["selling"]

[[team]]
name = "desk"
address = "desk@example.com"
labels = ["orders", "none"]
review = true
"""
LABELS = ("selling", "orders", "none")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "teams.toml"


@pytest.fixture
def two_teams(path: Path) -> Teams:
    path.write_text(GOOD)
    return load_teams(path, LABELS)


def test_a_routed_message_goes_to_the_team_of_its_label(two_teams: Teams) -> None:
    route = choose_route(Decision(Outcome.ROUTE, label="selling"), two_teams)
    assert route is not None
    assert (route.team, route.address) == ("sales", "sales@example.com")


def test_a_doubtful_message_goes_to_the_reviewing_team(two_teams: Teams) -> None:
    route = choose_route(Decision(Outcome.REVIEW, label="selling"), two_teams)
    assert route is not None
    assert route.team == "desk"


def test_a_bypassed_message_goes_nowhere(two_teams: Teams) -> None:
    assert choose_route(Decision(Outcome.BYPASS), two_teams) is None


def test_a_routed_decision_without_a_label_is_a_bug(two_teams: Teams) -> None:
    with pytest.raises(AssertionError, match="always has a label"):
        choose_route(Decision(Outcome.ROUTE), two_teams)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('labels = ["selling"]', "labels = []"),  # a label without a team
        ('labels = ["selling"]', 'labels = ["selling", "orders"]'),  # a label with two
        ('labels = ["selling"]', 'labels = ["selling", "press"]'),  # a label nobody predicts
        ("review = true", ""),  # nobody reviews
        ('name = "desk"', 'name = "sales"'),  # a name twice
        ("sales@example.com", "sales"),  # not an address
        ("[[team]]", "[[team]"),  # not TOML
        ("review", "reviews"),  # not a key
    ],
)
def test_a_teams_file_that_cannot_be_meant_is_refused(path: Path, old: str, new: str) -> None:
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigurationCorrupt, match=r"teams\.toml"):
        load_teams(path, LABELS)


def test_two_reviewing_teams_are_refused(path: Path) -> None:
    path.write_text(GOOD.replace('labels = ["selling"]', 'labels = ["selling"]\nreview = true'))
    with pytest.raises(ConfigurationCorrupt, match="exactly one team must have review"):
        load_teams(path, LABELS)


def test_a_missing_teams_file_is_refused(path: Path) -> None:
    with pytest.raises(ConfigurationCorrupt):
        load_teams(path, LABELS)
