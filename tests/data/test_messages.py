"""The committed messages: nothing in them that training would refuse."""

from collections import Counter

import pytest

from service.model.bundle import Bundle
from tests.conftest import ROOT
from training.dataset import LABELS, Example, data_digest, read_examples
from training.inventory import inventory
from training.split import Splits, split_examples

FOLDER = ROOT / "datasets"


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_examples(FOLDER)


@pytest.fixture(scope="module")
def splits(examples: list[Example]) -> Splits:
    return split_examples(examples, FOLDER)


def test_every_label_and_slice_is_there(examples: list[Example]) -> None:
    labels = Counter(example.primary for example in examples)
    assert set(labels) == set(LABELS)
    assert min(labels.values()) >= 50
    assert len({example.slice for example in examples}) == 9


def test_the_committed_bundle_was_trained_on_these_messages(bundle: Bundle) -> None:
    assert bundle.manifest.data is not None
    assert bundle.manifest.data.sha256 == data_digest(FOLDER)


def test_every_message_leaves_the_model_something_to_read(examples: list[Example]) -> None:
    assert [example.id for example in examples if not example.text.strip()] == []


def test_no_author_group_or_near_duplicate_is_in_two_splits(splits: Splits) -> None:
    parts = (splits.train, splits.validation, splits.test)
    authors = [{example.author for example in part} for part in parts]
    assert sum(map(len, authors)) == len(set.union(*authors))
    assert len(splits.train) > len(splits.test) > 0
    assert len(splits.train) > len(splits.validation) > 0


def test_the_readme_shows_what_stats_prints(splits: Splits) -> None:
    assert inventory(splits, FOLDER) in (FOLDER / "README.md").read_text()
