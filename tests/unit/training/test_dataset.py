import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training.dataset import DatasetError, Example, data_digest, read_examples
from training.split import Splits, find_leaks, split_examples

LINE: dict[str, Any] = {
    "id": "a01-0001",
    "subject": "PO 7",
    "body": "Where is it?",
    "primary": "order_status",
    "also": [],
    "slice": "plain",
    "industry": "packaging",
    "sender": "buyer",
    "lang": "en",
}
LONG = "we wait for the eleven drums since Monday and the line stands still until they are here"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    (tmp_path / "messages").mkdir()

    def write_lines(*changes: dict[str, Any]) -> Path:
        for change in changes:
            line = LINE | change
            path = tmp_path / "messages" / f"{line['id'].partition('-')[0]}.jsonl"
            with path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        return tmp_path

    return write_lines


def freeze(folder: Path, validation: list[str], test: list[str]) -> None:
    lines = f"validation_authors = {validation}\ntest_authors = {test}\n"
    (folder / "splits.toml").write_text(lines)


def example(**change: str) -> Example:
    return Example.model_validate(LINE | change)


def test_a_good_line_is_read(write: Callable[..., Path]) -> None:
    (read,) = read_examples(write({}))
    assert (read.author, read.requests) == ("a01", {"order_status"})
    assert read.text == "PO 7\n\nWhere is it?"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"primary": "press"}, "primary"),
        ({"also": ["none"]}, "also"),
        ({"also": ["order_status"]}, "also repeats"),
        ({"slice": "scope"}, "slice scope"),
        ({"slice": "hidden"}, "slice hidden"),
        ({"subject": " ", "body": "\n"}, "nothing to read"),
        ({"id": "a01-1"}, "id"),
        ({"lang": "english"}, "lang"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_a_bad_line_is_refused_by_place_and_reason(
    write: Callable[..., Path], change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(DatasetError) as refusal:
        read_examples(write({"id": "a01-0002"}, change))
    assert len(refusal.value.complaints) == 1
    assert refusal.value.complaints[0].startswith("a01.jsonl:2:")
    assert complaint in refusal.value.complaints[0]


def test_a_repeated_id_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(DatasetError, match="id a01-0001 occurs 2 times"):
        read_examples(write({}, {"body": "And now?"}))


def test_a_line_in_another_authors_file_is_refused(write: Callable[..., Path]) -> None:
    folder = write({})
    (folder / "messages" / "a01.jsonl").rename(folder / "messages" / "a02.jsonl")
    with pytest.raises(DatasetError, match="not of author a02"):
        read_examples(folder)


def test_twins_with_the_same_label_are_refused(write: Callable[..., Path]) -> None:
    twins = ({"id": f"a01-000{n}", "slice": "border", "group": "g"} for n in (1, 2))
    with pytest.raises(DatasetError, match="group g has one label only"):
        read_examples(write(*twins))


def test_a_folder_without_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no"):
        read_examples(tmp_path)


def test_the_digest_changes_with_any_byte_of_the_data(write: Callable[..., Path]) -> None:
    folder = write({})
    freeze(folder, [], [])
    before = data_digest(folder)
    assert data_digest(folder) == before
    write({"id": "a01-0002"})
    assert data_digest(folder) != before


def test_authors_stay_together_in_the_split_they_were_frozen_in(
    write: Callable[..., Path],
) -> None:
    folder = write(*({"id": f"a0{n}-000{m}"} for n in (1, 2, 3) for m in (1, 2)))
    freeze(folder, ["a02"], ["a03"])
    splits = split_examples(read_examples(folder), folder)
    parts = (splits.train, splits.validation, splits.test)
    assert [{e.author for e in part} for part in parts] == [{"a01"}, {"a02"}, {"a03"}]


@pytest.mark.parametrize(("validation", "test"), [(["a09"], []), (["a01"], ["a01"])])
def test_an_author_unknown_or_named_twice_is_refused(
    write: Callable[..., Path], validation: list[str], test: list[str]
) -> None:
    folder = write({})
    freeze(folder, validation, test)
    with pytest.raises(DatasetError, match="unknown or named twice"):
        split_examples(read_examples(folder), folder)


def test_a_group_on_two_sides_is_refused(write: Callable[..., Path]) -> None:
    folder = write(
        {"slice": "border", "group": "g"},
        {"id": "a02-0001", "slice": "border", "group": "g", "primary": "billing"},
    )
    freeze(folder, [], ["a02"])
    with pytest.raises(DatasetError, match="group g is in train and in test"):
        split_examples(read_examples(folder), folder)


def test_a_near_duplicate_on_two_sides_is_found() -> None:
    train = example(body=LONG)
    test = example(id="a02-0001", body=LONG.replace("Monday", "Tuesday"))
    (complaint,) = find_leaks(Splits((train,), (), (test,)))
    assert complaint == "a02-0001 is nearly a01-0001, which is in another split"


def test_messages_that_only_share_a_topic_are_no_leak() -> None:
    train = example(body=LONG)
    other = "the eleven drums came on Monday but two of them are the wrong colour, please swap"
    assert find_leaks(Splits((train,), (), (example(id="a02-0001", body=other),))) == []
