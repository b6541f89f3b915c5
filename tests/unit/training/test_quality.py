import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from training.__main__ import main
from training.dataset import SERVICE_LABELS, Example
from training.duplicates import find_duplicates
from training.giveaways import find_giveaways, giveaway_share, keyword_accuracy, keyword_label
from training.quality import check_corpus, describe
from training.quotas import Finding, Quotas, check_quotas, load_quotas

ROOT = Path(__file__).parents[3]
QUOTAS = ROOT / "training" / "configs" / "quotas.toml"
LINE: dict[str, Any] = {
    "id": "a01-0001",
    "subject": "",
    "body": "Where is it?",
    "primary": "order_status",
    "also": [],
    "slice": "plain",
    "industry": "packaging",
    "sender": "buyer",
    "lang": "en",
}
LONG = "we wait for the eleven drums since Monday and the line stands still until they are here"
SMALL = """
[counts]
messages = 20
service_label = 4
none = 2
industries = 2
senders = 2
also = 1
buying_signals = 1
border_groups = 1
foreign = 1
languages = ["de"]

[slices]
tolerance = 0.5
scope = 0.1

[slices.service]
plain = 0.45
mail = 0.45

[keywords]
max_accuracy = 0.5

[keywords.words]
billing = ["invoice"]
order_status = ["order"]
none = []

[giveaways]
min_messages = 2
min_precision = 0.9
max_share = 0.4
"""


def example(**change: Any) -> Example:  # noqa: ANN401 - fields of many types
    return Example.model_validate(LINE | change)


def corpus() -> list[Example]:
    """A corpus that meets every quota of ``SMALL``."""
    services = [
        example(
            id=f"a01-{4 * number + n:04d}",
            body=f"{label[:3]}{n} {'qrst'[n]}{number}",
            primary=label,
            slice="plain" if n % 2 else "mail",
        )
        for number, label in enumerate(SERVICE_LABELS)
        for n in range(4)
    ]
    other = [
        example(id="a01-0020", body="leads", primary="none", slice="scope", industry="laboratory"),
        example(id="a01-0021", body="seo", primary="none", slice="scope", sender="chemist"),
        example(id="a01-0022", body="wo bleibt es", lang="de", slice="foreign"),
        example(id="a01-0023", body="b1", slice="border", group="g", also=["selling_opportunity"]),
        example(id="a01-0024", body="b2", slice="border", group="g", primary="billing"),
    ]
    return [*services, *other]


@pytest.fixture
def quotas(tmp_path: Path) -> Quotas:
    path = tmp_path / "quotas.toml"
    path.write_text(SMALL)
    return load_quotas(path)


def write(folder: Path, examples: Iterable[Example]) -> Path:
    (folder / "messages").mkdir()
    with (folder / "messages" / "a01.jsonl").open("w") as file:
        file.writelines(e.model_dump_json(exclude_none=True) + "\n" for e in examples)
    (folder / "splits.toml").write_text("validation_authors = []\ntest_authors = []\n")
    return folder


def failed(examples: list[Example], quotas: Quotas) -> list[str]:
    return [f.name for f in check_quotas(examples, quotas) if not f.holds]


def test_a_corpus_that_holds_everything_passes(tmp_path: Path, quotas: Quotas) -> None:
    quality = check_corpus(corpus(), write(tmp_path, corpus()), quotas)
    assert [f.name for f in quality.findings if not f.holds] == []
    assert quality.complaints == ()
    assert quality.holds
    assert "0 of" in describe(quality)


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (lambda e: e.id == "a01-0000", "messages of selling_opportunity"),
        (lambda e: e.primary == "none", "messages of none"),
        (lambda e: e.primary == "none", "messages"),
        (lambda e: e.industry == "laboratory", "industries"),
        (lambda e: e.sender == "chemist", "kinds of sender"),
        (lambda e: bool(e.also), "with a further request"),
        (lambda e: bool(e.also), "buying signals inside service messages"),
        (lambda e: e.slice == "border", "border groups"),
        (lambda e: e.slice == "foreign", "foreign messages"),
        (lambda e: e.slice == "foreign", "foreign languages"),
        (lambda e: e.slice == "scope", "share of scope in all messages"),
        (lambda e: e.slice == "mail", "share of mail in technical_issue"),
    ],
)
def test_each_quota_fails_without_the_messages_that_meet_it(
    quotas: Quotas,
    left_out: Callable[[Example], bool],
    missing: str,
) -> None:
    assert missing in failed([e for e in corpus() if not left_out(e)], quotas)


def test_only_the_languages_asked_for_are_foreign(quotas: Quotas) -> None:
    swapped = [e.model_copy(update={"lang": "sv"}) if e.lang == "de" else e for e in corpus()]
    assert {"foreign messages", "foreign languages"} <= set(failed(swapped, quotas))


def test_shares_within_a_label_are_those_of_the_table_without_scope() -> None:
    needed = load_quotas(QUOTAS).slices.needed()
    assert sum(needed.values()) == pytest.approx(0.8)  # rounding of seven floats
    assert needed["mail"] == pytest.approx(0.8 * 0.20 / 0.90)


def test_an_unknown_quota_is_refused(tmp_path: Path) -> None:
    (tmp_path / "quotas.toml").write_text(SMALL + "min_jokes = 3\n")
    with pytest.raises(ValidationError, match="min_jokes"):
        load_quotas(tmp_path / "quotas.toml")


def test_the_same_words_in_other_case_and_marks_are_a_duplicate() -> None:
    twins = [example(subject="Refund"), example(id="a01-0002", body="refund! Where is it")]
    assert find_duplicates([twins[0], twins[1]]) == ["a01-0002 says the same as a01-0001"]


def test_nearly_the_same_words_are_a_duplicate_once() -> None:
    nearly = example(id="a01-0002", body=LONG.replace("Monday", "Tuesday"))
    assert find_duplicates([example(body=LONG), nearly]) == ["a01-0002 is nearly a01-0001"]
    assert find_duplicates([example(body=LONG), example(id="a01-0003", body=LONG)]) == [
        "a01-0003 says the same as a01-0001"
    ]


def test_twins_of_one_border_group_may_be_near_but_not_equal() -> None:
    one = example(body=LONG, slice="border", group="g")
    near = example(id="a01-0002", body=LONG.replace("Monday", "May"), slice="border", group="g")
    assert find_duplicates([one, near]) == []
    same = example(id="a01-0002", body=LONG, slice="border", group="g", primary="billing")
    assert find_duplicates([one, same]) == ["a01-0002 says the same as a01-0001"]


def test_messages_of_marks_alone_are_only_equal_when_they_are() -> None:
    assert find_duplicates([example(body="?"), example(id="a01-0002", body="??")]) == []


def test_the_rule_of_keywords_takes_the_label_with_most_words(quotas: Quotas) -> None:
    words = quotas.keywords.words
    assert keyword_label("Invoice for the order, the invoice", words) == "billing"
    assert keyword_label("where are my things", words) == "none"
    assert keyword_label("anything", {}) == "none"


def test_a_corpus_that_keywords_solve_fails(tmp_path: Path, quotas: Quotas) -> None:
    easy = [*corpus(), *(example(id=f"a01-01{n:02d}", body=f"order {n}") for n in range(30))]
    assert keyword_accuracy(easy, quotas.keywords) > 0.5
    quality = check_corpus(easy, write(tmp_path, easy), quotas)
    assert "found by keywords" in [f.name for f in quality.findings if not f.holds]


def test_a_word_that_mostly_stands_under_one_label_gives_it_away(
    tmp_path: Path, quotas: Quotas
) -> None:
    told = [example(id=f"a01-01{n:02d}", body=f"waybill lost {n}") for n in range(30)]
    told.append(example(id="a01-0200", body="waybill", primary="billing"))
    giveaways = find_giveaways(told, quotas.giveaways)
    assert [(g.words, g.label, g.n_messages) for g in giveaways] == [
        ("waybill", "order_status", 31),
        ("lost", "order_status", 30),
        ("waybill lost", "order_status", 30),
    ]
    assert giveaways[0].precision == 30 / 31
    assert giveaway_share([*told, example(body="so")], giveaways) == 31 / 32
    quality = check_corpus(told, write(tmp_path, told), quotas)
    assert "holding a giveaway" in [f.name for f in quality.findings if not f.holds]
    assert "| `waybill` | `order_status` | 31 | 0.97 |" in describe(quality)


def test_a_word_of_two_labels_gives_nothing_away(quotas: Quotas) -> None:
    shared = [example(body="pallet"), example(id="a01-0002", body="pallet two", primary="billing")]
    assert find_giveaways(shared, quotas.giveaways) == []


def test_a_finding_passes_at_exactly_what_is_needed() -> None:
    assert Finding("n", 3, 3).row() == ("n", "3", "at least 3", "PASS")
    assert Finding("n", 2, 3).row()[-1] == "FAIL"
    assert Finding("share", 0.7, 0.7, is_limit=True).row() == (
        "share",
        "0.700",
        "at most 0.700",
        "PASS",
    )
    assert not Finding("share", 0.71, 0.7, is_limit=True).holds


def config_for(folder: Path) -> list[str]:
    """The default configuration, reading its messages from ``folder``."""
    text = (ROOT / "training" / "configs" / "default.toml").read_text()
    path = folder / "config.toml"
    path.write_text(text.replace('folder = "datasets"', f"folder = {json.dumps(str(folder))}"))
    return ["--config", str(path)]


def test_the_command_says_pass_or_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "quotas.toml").write_text(SMALL)
    command = [*config_for(write(tmp_path, corpus())), "data", "check"]
    assert main([*command, "--quotas", str(tmp_path / "quotas.toml")]) == 0
    assert "| messages | 21 | at least 20 | PASS |" in capsys.readouterr().out
    assert main(command) == 1
    assert "| messages | 21 | at least 6000 | FAIL |" in capsys.readouterr().out


def test_the_command_refuses_bad_lines_and_bad_splits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, [*corpus(), corpus()[0]])
    command = [*config_for(folder), "data", "check"]
    assert main(command) == 1
    assert "id a01-0000 occurs 2 times" in capsys.readouterr().err
    with (folder / "messages" / "a01.jsonl").open("w") as file:
        file.writelines(e.model_dump_json(exclude_none=True) + "\n" for e in corpus())
    (folder / "splits.toml").write_text('validation_authors = ["a07"]\ntest_authors = []\n')
    (tmp_path / "quotas.toml").write_text(SMALL)
    assert main([*command, "--quotas", str(tmp_path / "quotas.toml")]) == 1
    assert "authors unknown" in capsys.readouterr().err


def test_the_tables_and_plots_of_the_corpus_are_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*config_for(write(tmp_path, corpus())), "data", "stats"]
    assert main([*command, "--plots", str(tmp_path / "plots")]) == 0
    assert "| border groups | 1 |" in capsys.readouterr().out
    plots = {path.name for path in (tmp_path / "plots").iterdir()}
    assert plots == {"slices.png", "lengths.png", "languages.png"}
