"""Raw mail and rows as a customer keeps them: mbox, Maildir, .eml, CSV, JSON lines."""

import csv
import io
import json
import mailbox
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from service.mail.characters import decode_bytes
from service.mail.limits import MAX_MESSAGE_BYTES

Format = Literal["mbox", "maildir", "eml", "csv", "jsonl"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

_SUFFIXES: Final[dict[str, Format]] = {
    ".mbox": "mbox", ".mbx": "mbox", ".eml": "eml", ".csv": "csv", ".tsv": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RawMail:
    """A raw message, and the folders and files it was in, innermost first."""

    raw: bytes
    places: tuple[str, ...]


Row = dict[str, object]
Item = RawMail | Row | str  # a line that cannot be read is the reason why


class SourceUnreadable(Exception):
    """A source that is not there or not of the format it should be."""


def detect_format(source: Path) -> Format:
    """The format of a file or folder, by its shape and name.

    Raises:
        SourceUnreadable: it is not there, or nothing tells.
    """
    if source.is_dir():
        return "maildir" if (source / "cur").is_dir() else "eml"
    if not source.is_file():
        raise SourceUnreadable(f"{source}: no such file or folder")
    if source.suffix.lower() in _SUFFIXES:
        return _SUFFIXES[source.suffix.lower()]
    with source.open("rb") as file:
        if file.read(5) == b"From ":
            return "mbox"
    raise SourceUnreadable(f"{source}: format not recognised, name it with --format")


def read_items(source: Path, form: Format) -> tuple[int, Iterator[Item]]:
    """How many messages a source holds, and these, in an order that does not change.

    Raises:
        SourceUnreadable: it is not there, or of another format.
    """
    readers: dict[Format, Callable[[Path], tuple[int, Iterator[Item]]]] = {
        "mbox": _read_mbox,
        "maildir": _read_maildir,
        "eml": _read_eml,
        "csv": _read_csv,
        "jsonl": _read_jsonl,
    }
    try:
        return readers[form](source)
    except (OSError, mailbox.Error, csv.Error) as error:
        raise SourceUnreadable(f"{source}: not readable as {form}: {error}") from error


def _read_mbox(source: Path) -> tuple[int, Iterator[Item]]:
    paths = sorted(source.rglob("*.mbox")) if source.is_dir() else [source]
    with_counts = [(path, _count_mbox(path)) for path in paths]
    return sum(n for _, n in with_counts), (m for path, _ in with_counts for m in _mbox(path))


def _count_mbox(path: Path) -> int:
    with closing(mailbox.mbox(path, create=False)) as box:
        return len(box)


def _mbox(path: Path) -> Iterator[Item]:
    with closing(mailbox.mbox(path, create=False)) as box:
        for key in box.iterkeys():
            raw = _QUOTED_FROM.sub(rb"\1", box.get_bytes(key))
            yield RawMail(raw, (path.stem, path.parent.name))


def _read_maildir(source: Path) -> tuple[int, Iterator[Item]]:
    if not (source / "cur").is_dir():
        raise SourceUnreadable(f"{source}: not a Maildir, it has no folder cur")
    root = [(path, source.name) for part in ("cur", "new") for path in _files(source / part)]
    folders = sorted(path for path in source.glob(".*") if (path / "cur").is_dir())
    below = [
        (path, folder.name)
        for folder in folders
        for part in ("cur", "new")
        for path in _files(folder / part)
    ]
    mails = [*root, *below]
    return len(mails), (RawMail(path.read_bytes(), _folder_names(name)) for path, name in mails)


def _folder_names(name: str) -> tuple[str, ...]:
    """Maildir++ writes the folder Teams/Billing as ``.Teams.Billing``."""
    return tuple(reversed([part for part in name.split(".") if part]))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file() and path.name[0] != ".")


def _read_eml(source: Path) -> tuple[int, Iterator[Item]]:
    paths = [path for path in sorted(source.rglob("*")) if path.suffix.lower() == ".eml"]
    paths = [source] if source.is_file() else paths
    base = source.parent if source.is_file() else source
    return len(paths), (RawMail(path.read_bytes(), _places(path, base)) for path in paths)


def _places(path: Path, base: Path) -> tuple[str, ...]:
    return (*reversed(path.relative_to(base).parent.parts), base.resolve().name, path.stem)


def _read_csv(source: Path) -> tuple[int, Iterator[Item]]:
    text = _text(source)
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(MAX_MESSAGE_BYTES)  # the standard library stops at 131,072 characters
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    items: list[Item] = [
        "more cells than columns" if None in row else dict(row.items()) for row in rows
    ]
    return len(items), iter(items)


def _read_jsonl(source: Path) -> tuple[int, Iterator[Item]]:
    lines = [line for line in _text(source).split("\n") if line.strip()]
    return len(lines), map(_row, lines)


def _row(line: str) -> Item:
    try:
        row = json.loads(line)
    except ValueError:
        return "not JSON"
    return row if isinstance(row, dict) else "not a JSON object"


def _text(path: Path) -> str:
    """The file's characters: UTF-8, with or without a mark, or what its bytes look like."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode_bytes(raw, None).text
