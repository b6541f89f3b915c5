"""New text measured on whole mails: the 210 of datasets/mail and 40 more written by hand."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from service.mail.parse import parse_message
from service.text import build_text
from tests.conftest import ROOT

CORPUS = ROOT / "datasets" / "mail"
MIN_F1 = 0.95
MAX_LOST_SHARE = 0.01
MIN_RECALL = 0.9  # with less, the customer's words are lost


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    raw: bytes
    gold: str


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_corpus() -> Iterator[Case]:
    for path in sorted(CORPUS.glob("*.eml")):
        yield Case(path.stem, path.read_bytes(), path.with_suffix(".txt").read_text("utf-8"))


def read_replies() -> Iterator[Case]:
    text = Path(__file__).with_name("replies.txt").read_text("utf-8")
    for number, block in enumerate(text.split("=====\n")):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        headers = [line for line in lines if line[:1] not in {"+", "-"}]
        body = [line[1:].translate({123: None, 125: None}) for line in lines[len(headers) :]]
        gold = [re.sub(r"\{[^}]*\}", "", line[1:]) for line in lines if line.startswith("+")]
        raw = "\n".join((*headers, "", *body))
        yield Case(f"reply {number}", raw.encode(), "\n".join(gold))


def tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def score(case: Case) -> Score:
    message = parse_message(case.raw)
    text = build_text(message)
    kept = tokens(text.removeprefix(message.subject.strip()))
    gold = tokens(case.gold)
    n_common = (kept & gold).total()
    return Score(
        case.name,
        n_common / kept.total() if kept else 0.0,
        n_common / gold.total() if gold else 1.0,
    )


def check(name: str, cases: Iterator[Case], n_cases: int) -> None:
    scores = [score(case) for case in cases]
    lost = [each.name for each in scores if each.recall < MIN_RECALL]
    f1 = mean(each.f1 for each in scores)
    precision = mean(each.precision for each in scores)
    recall = mean(each.recall for each in scores)
    figures = f"F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f}, lost {len(lost)}"
    print(f"{name}: {len(scores)} mails, {figures}")  # noqa: T201 - the figures are the point
    assert len(scores) == n_cases
    assert f1 >= MIN_F1
    assert len(lost) <= MAX_LOST_SHARE * len(scores), lost


def test_the_new_text_of_the_corpus_is_found_and_hardly_ever_lost() -> None:
    check("datasets/mail", read_corpus(), 210)


def test_the_new_text_of_mails_in_other_words_and_languages_is_found() -> None:
    check("replies.txt", read_replies(), 40)
