import csv
import json
import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from training.__main__ import main
from training.dataset import Example, read_examples
from training.mailboxes import SourceUnreadable, detect_format


def mail(subject: str, text: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Lee <ann.lee@buyer.example>"
    message["To"] = "info@seller.example"
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def run(folder: Path, source: Path, *options: str) -> tuple[int, list[Example]]:
    output = folder / "messages" / "own1.jsonl"
    output.parent.mkdir()
    status = main(["data", "import", str(source), "--output", str(output), *options])
    return status, read_examples(folder) if output.exists() and output.stat().st_size else []


def write_csv(path: Path, *rows: tuple[str, ...], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def test_an_mbox_named_after_a_team_gives_that_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "Invoices.mbox"
    box = mailbox.mbox(source)
    box.add(mail("Copy", "Please send 4711 again.\n\nFrom what I see it is late."))
    box.add(mail("Refund", "Where is the money?"))
    box.close()
    status, examples = run(tmp_path, source, "--label-map", "Invoices=billing")
    assert status == 0
    assert [e.id for e in examples] == ["own1-0001", "own1-0002"]
    assert {e.primary for e in examples} == {"billing"}
    assert examples[0].body == "Please send 4711 again.\n\nFrom what I see it is late."
    assert "2 of 2 messages" in capsys.readouterr().err


def test_folders_of_a_maildir_give_their_labels(tmp_path: Path) -> None:
    source = tmp_path / "Maildir"
    box = mailbox.Maildir(source)
    box.add(mail("lost", "in the inbox, which is no label"))
    box.add_folder("Teams.Orders").add(mail("Where", "is the pallet"))
    box.add_folder("none").add(mail("Hello", "we sell lists of leads"))
    status, examples = run(tmp_path, source, "--label-map", "Orders=order_status")
    assert status == 0
    assert [(e.subject, e.primary) for e in examples] == [
        ("Where", "order_status"),
        ("Hello", "none"),
    ]


def test_a_folder_of_raw_mail_gives_labels_and_the_text_a_person_sees(tmp_path: Path) -> None:
    source = tmp_path / "mails" / "technical issue" / "2024"
    source.mkdir(parents=True)
    message = mail("Störung", "see HTML")
    message.add_alternative("<p>Die Anlage <b>steht</b>.</p>", subtype="html")
    (source / "a.EML").write_bytes(message.as_bytes())
    _, (example,) = run(tmp_path, tmp_path / "mails", "--lang", "de", "--industry", "hvac")
    assert (example.primary, example.lang, example.industry) == ("technical_issue", "de", "hvac")
    assert example.subject == "Störung"


def test_a_header_names_the_label_and_further_ones(tmp_path: Path) -> None:
    source = tmp_path / "box"
    box = mailbox.mbox(source)
    box.add(mail("Copy", "and a quote please", X_Label="Inbox, Billing, Sales"))
    box.add(mail("Copy", "without a label"))
    box.close()
    label_map = ("--label-map", "Sales=selling_opportunity")
    _, (example,) = run(tmp_path, source, "--label-header", "X-Label", *label_map)
    assert (example.primary, example.also) == ("billing", ("selling_opportunity",))


def test_only_an_attached_message_is_read_inside(tmp_path: Path) -> None:
    outer = mail("Fwd: broken", "")
    outer.add_attachment(mail("broken", "The pump is dead."))
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    label_map = ("--label-map", "a=technical_issue")
    _, (example,) = run(tmp_path, tmp_path / "a.eml", *label_map)
    assert example.body == "The pump is dead."


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_of_a_table_are_mapped(tmp_path: Path, delimiter: str) -> None:
    source = write_csv(
        tmp_path / "t.csv",
        ("Betreff", "text", "label", "also", "lang"),
        ("Wo?", "Wo ist die Palette,\nbitte; danke", "Order-Status", "billing|none", "de"),
        delimiter=delimiter,
    )
    _, (example,) = run(tmp_path, source, "--column", "subject=Betreff", "--column", "body=text")
    assert example.body == "Wo ist die Palette,\nbitte; danke"
    assert (example.primary, example.also, example.lang) == ("order_status", ("billing",), "de")


def test_a_table_saved_by_an_old_spreadsheet_is_read(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(
        "subject,body,label\nGröße,Die Größe der Dichtung für die Lüftung passt nicht,billing\n"
        .encode("cp1252")
    )  # fmt: skip
    _, (example,) = run(tmp_path, source)
    assert example.subject == "Größe"


def test_what_cannot_be_a_line_is_counted_by_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"subject": "s", "body": "where is it", "primary": "order_status"}
    lines = [
        good,
        good,
        good | {"primary": "press"},
        good | {"primary": None},
        good | {"also": ["gossip"]},
        good | {"subject": "", "body": " "},
        good | {"subject": "", "body": "\u200b"},
        good | {"slice": "poem"},
        good | {"body": "x" * 26_000_000},
        [1],
    ]
    source = tmp_path / "t.jsonl"
    source.write_text("\n".join([*map(json.dumps, lines), "{"]))
    status, examples = run(tmp_path, source)
    assert (status, len(examples)) == (0, 1)
    printed = capsys.readouterr().err
    assert "1 of 11 messages" in printed
    for reason in (
        "the same as an earlier one",
        "unknown label 'press'",
        "no label",
        "unknown label 'gossip' in also",
        "Value error, nothing to read",
        "nothing left to read",
        "slice: Input should be",
        "over the bound max_message_bytes",
        "not a JSON object",
        "not JSON",
    ):
        assert f"refused 1: {reason}" in printed


def test_automatic_mail_and_rows_with_too_many_cells_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = mail("Out of office", "I am away", Auto_Submitted="auto-replied")
    (tmp_path / "billing").mkdir()
    (tmp_path / "billing" / "a.eml").write_bytes(reply.as_bytes())
    assert run(tmp_path, tmp_path / "billing") == (1, [])
    assert "refused 1: automatic mail (auto_reply)" in capsys.readouterr().err
    source = write_csv(tmp_path / "t.csv", ("subject", "body", "label"), ("a", "b", "none", "c"))
    assert main(["data", "import", str(source), "--output", str(tmp_path / "x.jsonl")]) == 1
    assert "refused 1: more cells than columns" in capsys.readouterr().err


def test_masked_messages_name_nobody(tmp_path: Path) -> None:
    source = tmp_path / "billing.mbox"
    box = mailbox.mbox(source)
    text = "Dear Karl,\n\nLee here, call +44 1632 960123 on order 48213.\n\nRegards\nAnn Lee"
    box.add(mail("Lee: invoice", text, Cc='"Özil, Mia" <mia@buyer.example>'))
    box.close()
    _, (example,) = run(tmp_path, source, "--mask")
    assert example.subject == "Xxx: invoice"
    assert example.body == (
        "Dear Xxxx,\n\nXxx here, call +## #### ###### on order 48213.\n\nRegards\nXxx Xxx"
    )


def test_more_messages_than_four_digits_count_are_imported(tmp_path: Path) -> None:
    source = tmp_path / "t.jsonl"
    line = '{"subject": "", "body": "order %d", "label": "order_status"}\n'
    source.write_text("".join(line % n for n in range(10_001)))
    _, examples = run(tmp_path, source)
    assert [e.id for e in (examples[0], examples[-1])] == ["own1-0001", "own1-10001"]


def test_a_file_named_unlike_its_author_is_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(tmp_path / "t.csv", ("subject", "body", "label"), ("a", "b", "none"))
    output = tmp_path / "new.jsonl"
    arguments = ["data", "import", str(source), "--output", str(output), "--author", "k01"]
    assert main(arguments) == 0
    assert json.loads(output.read_text())["id"] == "k01-0001"
    assert "name the file k01.jsonl" in capsys.readouterr().err
    assert main(arguments) == 1  # a file that is there is never written over


@pytest.mark.parametrize("name", ["missing", "notes.txt"])
def test_a_source_of_no_known_format_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceUnreadable):
        detect_format(tmp_path / name)
    assert run(tmp_path, tmp_path / name) == (1, [])


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path, tmp_path, "--format", "maildir") == (1, [])


def test_a_pair_without_an_equals_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, tmp_path, "--column", "body")
