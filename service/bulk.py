"""Many messages from files, answered in order with every lane busy."""

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ConfigDict, Field
from tqdm import tqdm

from service.api.routes import validated
from service.api.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    FailedItem,
    failed_item,
    present,
)
from service.app import Engine
from service.errors import Invalid
from service.intake import Answer, answer_message
from service.mail.parse import parse_message
from service.message import Message

_AHEAD_PER_LANE: Final = 8  # messages read before their turn, so that no lane waits for the disk


@dataclass(frozen=True, slots=True)
class Work:
    """A message to be read, or why there is none, under the caller's name for it."""

    identifier: str | None
    read: Callable[[], Message] | Invalid
    n_chars: int = 0


class Line(ClassifyRequest):
    """A line of a JSONL file: `body` is what the API calls `text`; other keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    subject: str
    text: str = Field(alias="body")


def read_file(path: Path) -> Work:
    """The raw message in a file."""
    name = os.fsencode(path).decode(errors="replace")
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Work(name, Invalid(f"{name}: {error.strerror}"))
    return Work(name, lambda: parse_message(raw), len(raw))


def read_line(line: bytes) -> Work:
    """The message in a line of JSON."""
    try:
        item = validated(Line, line)
    except Invalid as error:
        return Work(_identifier(line), error)
    return Work(item.id, item.message, item.n_chars())


def answer_all(works: Iterable[Work], engine: Engine) -> Iterator[ClassifyResponse | FailedItem]:
    """One result for each of ``works``, in order, a bounded number of messages ahead."""
    ahead: deque[tuple[str | None, Future[Answer] | Invalid]] = deque()
    for work in tqdm(works, unit="message", disable=None, file=sys.stderr):
        ahead.append((work.identifier, _submit(work, engine)))
        if len(ahead) > _AHEAD_PER_LANE * engine.lanes.n_lanes:
            yield _settle(*ahead.popleft())
    while ahead:
        yield _settle(*ahead.popleft())


def _identifier(line: bytes) -> str | None:
    """The id of a line that cannot be read as a message, if it has one."""
    try:
        item = json.loads(line)
    except ValueError:
        return None
    return item.get("id") if isinstance(item, dict) else None


def _submit(work: Work, engine: Engine) -> Future[Answer] | Invalid:
    read = work.read
    if isinstance(read, Invalid):
        return read
    return engine.lanes.submit(
        lambda classifier, queue_ms: answer_message(read, classifier, engine.teams, queue_ms),
        work.n_chars,
    )


def _settle(
    identifier: str | None, result: Future[Answer] | Invalid
) -> ClassifyResponse | FailedItem:
    if isinstance(result, Invalid):
        return failed_item({"id": identifier}, result)
    return present(result.result(), identifier)
