import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from training.__main__ import main
from training.dataset import Example, read_examples
from training.export_data import SCHEMA, export_huggingface, export_parquet
from training.split import Splits, split_examples

ROOT = Path(__file__).parents[3]
LINE: dict[str, Any] = {
    "subject": "PO 7",
    "body": "Where is\n\nit?",
    "primary": "order_status",
    "slice": "plain",
    "industry": "packaging",
    "sender": "buyer",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    also = {"a01": ["billing", "technical_issue"], "a02": [], "a03": []}
    for author, further in also.items():
        lines = [
            json.dumps(LINE | {"id": f"{author}-000{n}", "also": further, "lang": lang})
            for n, lang in enumerate(("en", "en", "de"))
        ]
        (tmp_path / "messages" / f"{author}.jsonl").write_text("\n".join(lines) + "\n")
    frozen = 'validation_authors = ["a02"]\ntest_authors = ["a03"]\n'
    (tmp_path / "splits.toml").write_text(frozen)
    return tmp_path


@pytest.fixture
def splits(folder: Path) -> Splits:
    return split_examples(read_examples(folder), folder)


def test_every_split_is_a_file_that_gives_the_examples_back(splits: Splits, tmp_path: Path) -> None:
    paths = export_parquet(splits, tmp_path / "out")
    assert [path.name for path in paths] == ["train.parquet", "validation.parquet", "test.parquet"]
    for path, part in zip(paths, (splits.train, splits.validation, splits.test), strict=True):
        rows = pq.read_table(path)
        assert rows.schema == SCHEMA
        assert tuple(Example.model_validate(row) for row in rows.to_pylist()) == part


def test_a_split_without_messages_is_a_file_without_rows(splits: Splits, tmp_path: Path) -> None:
    *_, path = export_parquet(Splits(splits.train, splits.validation, ()), tmp_path / "out")
    assert pq.read_table(path).num_rows == 0


def test_the_card_says_for_programs_what_the_files_hold(
    splits: Splits, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    paths = export_huggingface(splits, out, folder)
    card = (out / "README.md").read_text()
    facts = yaml.safe_load(card.split("---\n")[1])
    assert facts["license"] == "apache-2.0"
    assert facts["language"] == ["en", "de"]
    assert facts["task_categories"] == ["text-classification"]
    assert facts["size_categories"] == ["n<1K"]
    (config,) = facts["configs"]
    for entry, path in zip(config["data_files"], paths, strict=False):
        assert list(out.glob(entry["path"])) == [path]
    info = facts["dataset_info"]
    assert [feature["name"] for feature in info["features"]] == SCHEMA.names
    assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
        "train": 3,
        "validation": 3,
        "test": 3,
    }
    assert "| messages | 9 |" in card


@pytest.mark.parametrize("form", ["parquet", "huggingface"])
def test_the_command_prints_the_files_it_wrote(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    text = (ROOT / "training" / "configs" / "default.toml").read_text()
    config = tmp_path / "config.toml"
    config.write_text(text.replace('folder = "datasets"', f"folder = {json.dumps(str(folder))}"))
    out = tmp_path / "out"
    assert main(["--config", str(config), "data", "export", str(out), "--format", form]) == 0
    printed = {Path(line) for line in capsys.readouterr().out.splitlines()}
    assert printed == {path for path in out.rglob("*") if path.is_file()}
    (folder / "messages" / "a02.jsonl").unlink()
    assert main(["--config", str(config), "data", "export", str(out)]) == 1
