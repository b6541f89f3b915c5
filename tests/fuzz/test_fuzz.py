"""A short run of each fuzzer, and the same promises for what Hypothesis makes up."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.promises import check_bytes, check_fields
from tests.reliability.hostile import HEADERS, STRUCTURE

ROOT = Path(__file__).parents[2]
SECONDS = os.environ.get("FUZZ_SECONDS", "10")
_LINES = [
    "Content-Type: multipart/mixed; boundary=b",
    "Content-Type: multipart/alternative; boundary=b",
    "Content-Type: message/rfc822",
    "Content-Type: text/html; charset=utf-8",
    "Content-Type: text/plain; charset=iso-2022-jp; format=flowed",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Disposition: attachment; filename*=utf-8''%e2%82%ac",
    "Subject: =?utf-8?q?a=c3?= =?utf-8?q?=a9?=",
    "From: Ann Lee <ann@a.example>",
    "On Mon, 3 Mar 2025, Ann Lee <ann@a.example> wrote:",
    "-----Original Message-----",
    *("--b", "--b--", "-- ", "", "> We need pumps", "Kind regards,", "Ann Lee", "=3D=", "8J+UqQ=="),
    *("<p style='display:none'>", "<style>.a{display:none}</style>", "<div class=a>", "</div><br>"),
    *("<blockquote type=cite>", "<!--", "-->", "&#x1F529;&amp", "<table><tr><td>", "CAUTION: "),
]
LINES = st.lists(st.sampled_from(_LINES) | st.text(max_size=40), max_size=40).map("\n".join)


@pytest.mark.parametrize("fuzzer", ["fuzz_parse", "fuzz_text"])
def test_a_fuzzer_finds_nothing_that_breaks_a_promise(
    fuzzer: str, tell: Callable[[str], None]
) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.fuzz.{fuzzer}", SECONDS],
        env=clean | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=float(SECONDS) + 120,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    n_runs = int(re.findall(r"number_of_executed_units: (\d+)", done.stderr)[0])
    covered = re.findall(r"cov: (\d+) ft: (\d+)", done.stderr)[-1]
    tell(f"{fuzzer}: {n_runs} runs in {SECONDS} s, 0 crashes, {covered[0]} edges covered")
    assert n_runs > 0


@given(LINES)
@settings(max_examples=300)
def test_any_lines_of_mail_keep_the_promises(lines: str) -> None:
    check_bytes(lines.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=2_000))
@settings(max_examples=300)
def test_any_bytes_keep_the_promises(raw: bytes) -> None:
    check_bytes(raw)


@given(subject=st.text(max_size=80), body=LINES, is_page=st.booleans())
@settings(max_examples=300)
def test_any_subject_and_body_keep_the_promises(subject: str, body: str, *, is_page: bool) -> None:
    check_fields(subject, body, is_page=is_page)


@given(name=st.sampled_from([*STRUCTURE, *HEADERS]), cut=st.integers(1, 4_096))
@settings(max_examples=60)
def test_hostile_mail_cut_anywhere_keeps_the_promises(name: str, cut: int) -> None:
    raw = {**STRUCTURE, **HEADERS}[name]()
    check_bytes(raw[:cut])
