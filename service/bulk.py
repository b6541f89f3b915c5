"""Many messages from files, answered in order with every lane busy."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from pydantic import ConfigDict, Field
from tqdm import tqdm

from service.api.problems import describe
from service.api.routes import validated
from service.api.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    FailedItem,
    ProblemItem,
    present,
)
from service.app import Engine
from service.errors import Invalid
from service.intake import Answer, answer_message
from service.mail.parse import parse_message
from service.message import Message

_AHEAD_PER_LANE: Final = 8  # messages read before their turn, so that no lane waits for the disk

Work = tuple[str | None, Callable[[], Message], int]


class Line(ClassifyRequest):
    """A line of a JSONL file: `body` is what the API calls `text`; other keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    subject: str
    text: str = Field(alias="body")


def read_file(path: Path) -> Work | Invalid:
    """The raw message in a file, or why there is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Invalid(f"{path}: {error.strerror}")
    return str(path), lambda: parse_message(raw), len(raw)


def read_line(line: bytes) -> Work | Invalid:
    """The message in a line of JSON, or why there is none."""
    try:
        item = validated(Line, line)
    except Invalid as error:
        return error
    return item.id, item.message, item.n_chars()


def answer_all(
    works: Iterable[Work | Invalid], engine: Engine
) -> Iterator[ClassifyResponse | FailedItem]:
    """One result for each of ``works``, in order, a bounded number of messages ahead."""
    ahead: deque[tuple[str | None, Future[Answer] | Invalid]] = deque()
    for work in tqdm(works, unit="message", disable=None, file=sys.stderr):
        ahead.append(_submit(work, engine))
        if len(ahead) > _AHEAD_PER_LANE * engine.lanes.n_lanes:
            yield _settle(*ahead.popleft())
    while ahead:
        yield _settle(*ahead.popleft())


def _submit(work: Work | Invalid, engine: Engine) -> tuple[str | None, Future[Answer] | Invalid]:
    if isinstance(work, Invalid):
        return None, work
    identifier, read, n_chars = work
    future = engine.lanes.submit(
        lambda classifier, queue_ms: answer_message(read, classifier, engine.teams, queue_ms),
        n_chars,
    )
    return identifier, future


def _settle(
    identifier: str | None, result: Future[Answer] | Invalid
) -> ClassifyResponse | FailedItem:
    if isinstance(result, Invalid):
        problem = ProblemItem.model_validate(describe(result).document())
        return FailedItem(id=identifier, problem=problem)
    return present(result.result(), identifier)
