"""A decision and the teams file to the team that answers. Pure but for reading the file."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, assert_never

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.decision import Decision, Outcome
from service.errors import ConfigurationCorrupt


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers: a team and its mailbox."""

    team: str
    address: str


@dataclass(frozen=True, slots=True)
class Teams:
    """The route of each label, and the one for messages that a person must look at first."""

    by_label: Mapping[str, Route]
    review: Route


class _Team(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    labels: list[str] = []
    review: bool = False


class _TeamsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: list[_Team]


def load_teams(path: Path, labels: Iterable[str]) -> Teams:
    """The teams of a TOML file.

    Raises:
        ConfigurationCorrupt: unreadable, a label with no team, two teams or no meaning to the
            bundle, or not exactly one team with ``review = true``.
    """
    try:
        teams = _TeamsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).team
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigurationCorrupt(f"{path}: {place}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationCorrupt(f"{path}: {error}") from error
    routes = {team.name: Route(team.name, team.address) for team in teams}
    pairs = [(label, team.name) for team in teams for label in team.labels]
    if sorted(label for label, _ in pairs) != sorted(labels) or len(routes) != len(teams):
        wanted = ", ".join(sorted(labels))
        raise ConfigurationCorrupt(f"{path}: each of these needs exactly one team: {wanted}")
    reviewers = [team.name for team in teams if team.review]
    if len(reviewers) != 1:
        raise ConfigurationCorrupt(f"{path}: exactly one team must have review = true")
    return Teams(
        by_label={label: routes[name] for label, name in pairs}, review=routes[reviewers[0]]
    )


def choose_route(decision: Decision, teams: Teams) -> Route | None:
    """Where the message goes; None for a message nobody answers."""
    match decision.outcome:
        case Outcome.ROUTE:
            if decision.label is None:
                raise AssertionError("a routed decision always has a label")
            return teams.by_label[decision.label]
        case Outcome.REVIEW:
            return teams.review
        case Outcome.BYPASS:
            return None
        case _:
            assert_never(decision.outcome)
