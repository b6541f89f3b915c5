"""A customer's own messages and labels as lines of our schema; what cannot be one is counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from service.errors import MessageRefused
from service.mail.automatic import recognise_automatic
from service.mail.parse import parse_message
from service.mail.reply import new_text
from service.message import Message
from training.dataset import LABELS, Example
from training.mailboxes import Item, RawMail, Row
from training.masking import mask_message

FIELDS: Final = ("slice", "industry", "sender", "lang")
_ADDRESS: Final = re.compile(r"<[^>]*>|[^\s<>]*@[^\s<>]*")
_MAX_SHOWN: Final = 40  # characters of a label that is not known


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the customer's names stand for ours.

    ``columns`` leads from our column to theirs, ``labels`` from their label to ours; ``defaults``
    fill slice, industry, sender and lang where no column does.
    """

    author: str
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    label_header: str | None = None
    is_masked: bool = False


class Refused(Exception):
    """A message that cannot become a line; the text is the reason, the same for all its kind."""


@dataclass(frozen=True, slots=True)
class _Record:
    """One message as it came: texts, their labels, further requests, names of the headers."""

    subject: str
    body: str
    labels: tuple[str, ...]
    also: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def import_items(items: Iterable[Item], mapped: Mapped, refused: Counter[str]) -> Iterator[Example]:
    """The messages that can be lines, numbered from 1; ``refused`` counts the others by reason."""
    seen: set[tuple[str, str]] = set()
    for item in items:
        try:
            example = _example(_record(item, mapped), mapped, number=len(seen) + 1)
            if (example.subject, example.body) in seen:
                raise Refused("the same as an earlier one")  # noqa: TRY301 - counted below
        except MessageRefused as refusal:
            refused[f"over the bound {refusal.limit}"] += 1
        except Refused as refusal:
            refused[str(refusal)] += 1
        else:
            seen.add((example.subject, example.body))
            yield example


def _record(item: Item, mapped: Mapped) -> _Record:
    if isinstance(item, str):
        raise Refused(item)
    return _from_mail(item, mapped) if isinstance(item, RawMail) else _from_row(item, mapped)


def _from_mail(mail: RawMail, mapped: Mapped) -> _Record:
    message = parse_message(mail.raw)
    if (automatic := recognise_automatic(message)) is not None:
        raise Refused(f"automatic mail ({automatic}), which never reaches the model")
    labels = mail.places
    if mapped.label_header is not None:
        labels = _parts(message.header(mapped.label_header) or "")
    known = _known(labels, mapped)
    further = known[1:] if mapped.label_header is not None else ()
    return _Record(
        message.subject, _body(message), known[:1] or labels[:1], further, _people(message)
    )


def _body(message: Message) -> str:
    """The text, or that of the attached message where nothing is written above it."""
    if message.forwarded is not None and not new_text(message.text):
        return message.forwarded.text
    return message.text


def _people(message: Message) -> tuple[str, ...]:
    values = [value for name, value in message.headers if name.lower() in {"from", "to", "cc"}]
    return tuple(_ADDRESS.sub(" ", value) for value in values)


def _from_row(row: Row, mapped: Mapped) -> _Record:
    label = _cell(row, mapped, "label") or _cell(row, mapped, "primary")
    return _Record(
        _cell(row, mapped, "subject"),
        _cell(row, mapped, "body"),
        (label,) if label else (),
        _also(row.get(mapped.columns.get("also", "also")), mapped),
        fields={name: value for name in FIELDS if (value := _cell(row, mapped, name))},
    )


def _cell(row: Row, mapped: Mapped, name: str) -> str:
    value = row.get(mapped.columns.get(name, name))
    return "" if value is None else str(value)


def _also(value: object, mapped: Mapped) -> tuple[str, ...]:
    """Labels in a JSON list, or in a cell divided by commas, semicolons or bars."""
    names = tuple(map(str, value)) if isinstance(value, list) else _parts(str(value or ""))
    for name in names:
        if not _known((name,), mapped):
            raise Refused(f"unknown label {name[:_MAX_SHOWN]!r} in also")
    return _known(names, mapped)


def _parts(value: str) -> tuple[str, ...]:
    parts = value.replace(";", ",").replace("|", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _known(names: Iterable[str], mapped: Mapped) -> tuple[str, ...]:
    """Our labels for theirs, each once, in order; names that stand for none are left out."""
    ours = (mapped.labels.get(name, name).strip().lower() for name in names)
    labels = (label.replace(" ", "_").replace("-", "_") for label in ours)
    return tuple(dict.fromkeys(label for label in labels if label in LABELS))


def _example(record: _Record, mapped: Mapped, number: int) -> Example:
    if not record.labels:
        raise Refused("no label")
    if not (known := _known(record.labels, mapped)):
        raise Refused(f"unknown label {record.labels[0][:_MAX_SHOWN]!r}")
    subject, body = record.subject, record.body
    if mapped.is_masked:
        subject, body = mask_message(subject, body, record.people)
    line = {
        "id": f"{mapped.author}-{number:04d}",
        "subject": subject,
        "body": body,
        "primary": known[0],
        "also": [label for label in record.also if label not in {known[0], "none"}],
    }
    return _checked(line | dict(mapped.defaults) | dict(record.fields))


def _checked(line: Mapping[str, object]) -> Example:
    try:
        example = Example.model_validate(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Refused(f"{place}: {first['msg']}".removeprefix(": ")) from error
    if not example.text.strip():
        raise Refused("nothing left to read after cleaning")
    return example
