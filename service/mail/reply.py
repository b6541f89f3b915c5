"""A message body -> what the customer wrote now, without what was written before or by machines.

Losing the customer's words is worse than keeping a quote: what is not surely history stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from service.mail.limits import MAX_LINES
from service.mail.quotes import (
    block_length,
    header_length,
    is_forward_mark,
    is_original_mark,
    is_quoted,
    is_rule,
    next_text,
)
from service.mail.signature import without_banner, without_disclaimers, without_signature

_MIN_WORDS: Final = 3  # with fewer left, the cut took the message
_MAX_COVER_NOTE_WORDS: Final = 12  # "FYI, please see below": the message is the forwarded one
_MAX_FORWARDS: Final = 5  # forwarded messages read inside each other
_MAX_LIST_LINES: Final = 10  # "> 20 pumps" below a colon is the customer's own list


@dataclass(slots=True)
class _Cut:
    """What a pass over the lines kept, and where a forwarded message begins."""

    segments: list[list[str]] = field(default_factory=lambda: [[]])
    forwarded: int | None = None

    @property
    def n_words(self) -> int:
        """Words kept so far, signatures not counted."""
        return sum(count_words(trimmed(segment)) for segment in self.segments)


def new_text(body: str) -> str:
    """What the customer wrote in this message; the whole body when that is under three words.

    A body of more than MAX_LINES lines is returned whole as well.
    """
    body_lines = _compact(body.replace("\r\n", "\n").split("\n"))
    if len(body_lines) > MAX_LINES:
        return "\n".join(body_lines).strip()
    lines = without_banner(body_lines)
    kept: list[str] = []
    rest: Sequence[str] = lines
    for _ in range(_MAX_FORWARDS):
        cut = _cut_history(rest)
        for segment in cut.segments:
            kept += (*trimmed(segment), "")
        if cut.forwarded is None:
            break
        rest = without_banner(rest[cut.forwarded :])
    else:
        kept += rest
    for result in (kept, lines):
        if count_words(result) >= _MIN_WORDS:
            return "\n".join(_compact(result)).strip()
    return "\n".join(body_lines).strip()


def trimmed(lines: Sequence[str]) -> list[str]:
    """The lines without disclaimers and the signature at their end."""
    return without_signature(without_disclaimers(lines))


def count_words(lines: Sequence[str]) -> int:
    """Words with a letter or digit in them."""
    return sum(any(map(str.isalnum, word)) for line in lines for word in line.split())


def _cut_history(lines: Sequence[str]) -> _Cut:
    """The lines in segments between the quotes that were taken out."""
    cut = _Cut()
    index = 0
    while index < len(lines):
        if not lines[index]:
            cut.segments[-1].append("")
            index += 1
            continue
        length = _history_start(lines, index)
        if length:
            return _end_at(cut, lines, index, length)
        n_header = header_length(lines, index)
        quote = next_text(lines, index + n_header)
        if n_header and not (quote < len(lines) and is_quoted(lines[quote])):
            return _end_at_header(cut, lines, index)
        if n_header or is_quoted(lines[index]):
            index = _skip_quote(cut, lines, quote if n_header else index, is_announced=n_header > 0)
        else:
            cut.segments[-1].append(lines[index])
            index += 1
    return cut


def _history_start(lines: Sequence[str], index: int) -> int:
    """How many lines from here announce that all below is an earlier or forwarded message."""
    line = lines[index]
    if is_quoted(line):
        return 0
    is_mark = is_forward_mark(line) or is_original_mark(line)
    if not is_mark and not is_rule(line):
        return block_length(lines, index)
    block = next_text(lines, index + 1)
    n_block = block_length(lines, block, is_marked=True) if block < len(lines) else 0
    return block + n_block - index if is_mark or n_block else 0


def _end_at(cut: _Cut, lines: Sequence[str], index: int, length: int) -> _Cut:
    """The cut ended at an announced message, which is read when nothing was written above it."""
    n_words = cut.n_words
    is_note = is_forward_mark(lines[index]) and n_words < _MAX_COVER_NOTE_WORDS
    if is_note or n_words < _MIN_WORDS:
        cut.forwarded = index + length
    return cut


def _end_at_header(cut: _Cut, lines: Sequence[str], index: int) -> _Cut:
    """The cut ended at an "On ... wrote:" above unmarked words; below nothing, they all stay."""
    if cut.n_words < _MIN_WORDS:
        cut.segments[-1] += lines[index:]
    return cut


def _skip_quote(cut: _Cut, lines: Sequence[str], start: int, *, is_announced: bool) -> int:
    """Where the quote from ``start`` ends; a list that only looks like one is kept."""
    end = start
    while end < len(lines) and is_quoted(lines[end]):
        end += 1
    above = next((line for line in reversed(cut.segments[-1][-2:]) if line.strip()), "")
    is_list = above.rstrip().endswith(":") and end - start <= _MAX_LIST_LINES
    is_measure = end - start == 1 and lines[start].lstrip("> \t")[:1].isdigit()
    if not is_announced and (is_list or is_measure):
        cut.segments[-1] += lines[start:end]
    else:
        cut.segments.append([])
    return end


def _compact(lines: Sequence[str]) -> list[str]:
    """The lines with at most one blank line between them."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return kept
