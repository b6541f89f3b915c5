"""Who may import whom: the arrows of docs/architecture.md, and what production never loads."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
ANSWER_ONCE = """
import json, sys
from service.app import build_app, build_engine
from service.intake import answer_message
from service.mail.parse import compose_message
from service.settings import load_settings
import service.__main__

settings = load_settings()
engine = build_engine(settings)
build_app(settings, engine)
read = lambda: compose_message(text="Where is PO 4471?")
answer = engine.lanes.submit(lambda c, q: answer_message(read, c, engine.teams, q), 20).result()
engine.lanes.close()
assert answer.decision.label is not None
print(json.dumps(sorted(name.partition(".")[0] for name in sys.modules)))
"""
BANNED = {"torch", "sklearn", "pandas", "mlflow", "scipy", "transformers", "sentence_transformers"}


def test_a_fresh_process_answers_without_any_training_library(
    environment: dict[str, str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANSWER_ONCE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.strip().strip("[]").replace('"', "").split(", "))
    assert "onnxruntime" in loaded
    assert loaded & (BANNED | {"training"}) == set()


def test_a_process_that_answers_leaves_nothing_on_the_disk(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """onnxruntime keeps a device id and a queue of reports there, unless it is told not to."""
    subprocess.run(
        [sys.executable, "-c", ANSWER_ONCE],
        env=environment | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert list(tmp_path.rglob("*")) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in ("service", "training"):
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [LINT_IMPORTS, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold(copy: Path) -> None:
    assert lint_imports(copy).returncode == 0


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("service/decision.py", "import torch", "production never imports training"),
        ("service/text.py", "import training.split", "production never imports training"),
        ("service/decision.py", "import service.intake", "the arrows"),
        ("service/intake.py", "import onnxruntime", "onnxruntime lives"),
        ("service/model/classifier.py", "import onnxruntime", "onnxruntime lives"),
        ("service/bulk.py", "import onnxruntime", "onnxruntime lives"),
        ("service/intake.py", "import fastapi", "FastAPI lives"),
        ("training/calibrate.py", "import mlflow", "MLflow lives"),
        ("training/train.py", "import mlflow", "MLflow lives"),
        ("service/routing.py", "import service.settings", "settings are read"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copy: Path, module: str, planted: str, contract: str
) -> None:
    path = copy / module
    path.write_text(f"{path.read_text()}\n{planted}\n")
    done = lint_imports(copy)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), done.stdout
