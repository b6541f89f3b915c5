"""``signalbox classify`` and ``signalbox check`` as an operator runs them."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.model.classifier import Classifier

Run = Callable[..., subprocess.CompletedProcess[str]]

LATE = "It was promised for Monday, PO 4471 is still not here. Where is it?"


@pytest.fixture
def signalbox(environment: dict[str, str]) -> Run:
    def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        stdin = settings.pop("stdin", "")
        chosen = {f"SIGNALBOX_{name.upper()}": value for name, value in settings.items()}
        return subprocess.run(
            [sys.executable, "-m", "service", *map(str, arguments)],
            env=environment | chosen,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_files_are_classified_in_the_order_given(signalbox: Run, tmp_path: Path) -> None:
    late, paid = tmp_path / "late.eml", tmp_path / "paid.eml"
    late.write_text(f"Subject: PO 4471\n\n{LATE}\n")
    paid.write_text("Subject: invoice\n\nYou charged us twice for invoice 8812, please refund.\n")
    done = signalbox("classify", paid, late)
    assert done.returncode == 0
    assert [answer["id"] for answer in answers(done)] == [str(paid), str(late)]
    assert [answer["label"] for answer in answers(done)] == ["billing", "order_status"]


def test_lines_are_answered_in_order_and_keep_their_ids(signalbox: Run) -> None:
    lines = [{"id": f"m{n}", "subject": "", "body": f"{LATE} {n}"} for n in range(50)]
    done = signalbox("classify", "--jsonl", "-", stdin="\n".join(map(json.dumps, lines)))
    assert done.returncode == 0
    assert [answer["id"] for answer in answers(done)] == [line["id"] for line in lines]


def test_a_jsonl_file_gets_the_answers_of_the_bundle(
    signalbox: Run,
    tmp_path: Path,
    classifier: Classifier,
) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text(json.dumps({"subject": "", "body": LATE, "primary": "ignored"}) + "\n")
    (answer,) = answers(signalbox("classify", "--jsonl", path))
    assert answer["probabilities"] == classifier.classify(LATE).labels


def test_a_bad_line_keeps_its_place_and_fails_the_command(signalbox: Run) -> None:
    good = json.dumps({"subject": "", "body": LATE})
    done = signalbox(
        "classify", "--jsonl", "-", stdin=f'{good}\n{{"id": "m7", "subject": "x"}}\nnope\n{good}'
    )
    assert done.returncode == 1
    first, missing, unread, last = answers(done)
    assert missing["id"] == "m7"
    assert first["label"] == last["label"] == "order_status"
    assert missing["problem"]["title"] == "Invalid"  # type: ignore[index]
    assert unread["problem"]["title"] == "Not readable"  # type: ignore[index]


def test_a_missing_file_is_reported_and_the_others_are_answered(
    signalbox: Run, tmp_path: Path
) -> None:
    late = tmp_path / "late.eml"
    late.write_text(f"Subject: PO 4471\n\n{LATE}\n")
    done = signalbox("classify", tmp_path / "gone.eml", late)
    assert done.returncode == 1
    assert "No such file" in done.stderr
    assert answers(done)[1]["label"] == "order_status"


def test_check_says_what_would_be_served(signalbox: Run, classifier: Classifier) -> None:
    done = signalbox("check")
    assert done.returncode == 0
    assert classifier.reference.digest in done.stdout
    assert "billing -> accounts <accounts@example.com>" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("bundle_dir", "/nowhere", "no folder /nowhere"),
        ("teams_file", "/nowhere.toml", "/nowhere.toml"),
        ("port", "-1", "SIGNALBOX_PORT"),
        ("ports", "80", "unknown settings: SIGNALBOX_PORTS"),
    ],
)
@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_wrong_configuration_exits_with_3_and_one_line(
    signalbox: Run,
    command: str,
    name: str,
    value: str,
    complaint: str,
) -> None:
    done = signalbox(command, **{name: value})
    assert done.returncode == 3
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_jsonl_file_that_is_not_there_is_reported(signalbox: Run) -> None:
    done = signalbox("classify", "--jsonl", "/nowhere.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "signalbox: /nowhere.jsonl: No such file or directory\n"


def test_a_file_name_that_is_not_text_does_not_stop_the_others(
    signalbox: Run, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/late\xff.eml"))
    path.write_text(f"Subject: PO 4471\n\n{LATE}\n")
    (answer,) = answers(signalbox("classify", path))
    assert answer["label"] == "order_status"


def test_an_altered_bundle_exits_with_3(signalbox: Run, bundle_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle_dir, tmp_path / "bundle")
    with (tmp_path / "bundle" / "CARD.md").open("a") as card:
        card.write("one line more\n")
    done = signalbox("check", bundle_dir=str(tmp_path / "bundle"))
    assert done.returncode == 3
    assert "sha256" in done.stderr


def test_a_reader_that_leaves_early_sees_no_traceback(environment: dict[str, str]) -> None:
    lines = json.dumps({"subject": "PO 4471", "body": LATE}) + "\n"
    command = f"{shlex.quote(sys.executable)} -m service classify --jsonl - | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        input=lines * 3_000,
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["label"] == "order_status"
    assert done.stderr == ""
