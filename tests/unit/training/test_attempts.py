"""The list of attempts: changes to one configuration, each under a name of its own."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.conftest import ROOT
from training.attempts import read_attempts
from training.config import load_config

CONFIGS = ROOT / "training" / "configs"


def test_every_attempt_of_the_list_is_a_configuration_of_its_own() -> None:
    base = load_config(CONFIGS / "default.toml")
    attempts = read_attempts(CONFIGS / "attempts.toml", base)
    assert len({attempt.name for attempt in attempts}) == len(attempts)
    for attempt in attempts:
        assert attempt.model_copy(update={"name": base.name}) != base
        assert (attempt.seed, attempt.data.folder) == (base.seed, base.data.folder)


def test_what_is_not_named_stays_and_what_it_is_without_goes(tmp_path: Path) -> None:
    base = load_config(CONFIGS / "default.toml")
    listed = tmp_path / "attempts.toml"
    listed.write_text(
        """
        [[attempts]]
        name = "one"
        without = ["first", "evaluation"]
        [attempts.finetune]
        layers = [0]
        merge_after = []
        [attempts.evaluation]
        n_resamples = 999
        """
    )
    (attempt,) = read_attempts(listed, base)
    assert attempt.finetune == base.finetune.model_copy(update={"layers": (0,), "merge_after": ()})
    assert attempt.first is None
    assert base.first is not None
    assert attempt.evaluation.n_resamples == 999


def test_a_typing_error_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "attempts.toml"
    listed.write_text('[[attempts]]\nname = "one"\n[attempts.finetune]\nlayer = [0]\n')
    with pytest.raises(ValidationError, match="layer"):
        read_attempts(listed, load_config(CONFIGS / "default.toml"))


@pytest.mark.parametrize("layers", ["layers = [0, 3]", ""])
def test_tokens_merge_between_layers_only(tmp_path: Path, layers: str) -> None:
    listed = tmp_path / "config.toml"
    text = (CONFIGS / "quick.toml").read_text()
    listed.write_text(
        text.replace("layers = [0, 1]\nmerge_after = [1]", f"{layers}\nmerge_after = [2]")
    )
    with pytest.raises(ValidationError, match="layers to merge between"):
        load_config(listed)


def test_only_words_that_are_taught_can_be_moved(tmp_path: Path) -> None:
    listed = tmp_path / "config.toml"
    text = (CONFIGS / "quick.toml").read_text()
    listed.write_text(text.replace("layers = [0, 1]\nmerge_after = [1]\n", ""))
    with pytest.raises(ValidationError, match="are not taught"):
        load_config(listed)
