"""A message body -> what the customer wrote now, without what was written before or by machines.

Losing the customer's words is worse than keeping a quote: what is not surely history stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from service.mail.headers import read_mailbox
from service.mail.limits import MAX_LINES
from service.mail.notices import without_banner, without_disclaimers
from service.mail.quotes import (
    block_length,
    fields_length,
    header_length,
    is_forward_mark,
    is_forward_subject,
    is_original_mark,
    is_quoted,
    is_reply_line,
    is_rule,
    next_text,
    sender_field,
)
from service.mail.signature import is_card, without_notice, without_signature
from service.mail.writer import NOBODY, Writer
from service.message import Address

_MIN_WORDS: Final = 3  # with fewer left, the cut took the message
_MAX_COVER_NOTE_WORDS: Final = 12  # "FYI, please see below": the message is the forwarded one
_MAX_FORWARDS: Final = 5  # forwarded messages read inside each other
_MAX_LIST_LINES: Final = 10  # "> 20 pumps" below a colon is the customer's own list


@dataclass(slots=True)
class _Cut:
    """What a pass over the lines kept, and where a forwarded message begins.

    Shapes:
        above: lines kept so far, with their signature.
        is_reply: whether the words of a quote surely are another's.
    """

    writer: Writer = NOBODY
    min_words: int = _MIN_WORDS  # that make a message; fewer when the subject says something
    above: list[str] = field(default_factory=list)
    is_reply: bool = False
    segments: list[list[str]] = field(default_factory=lambda: [[]])
    forwarded: int | None = None
    forwarder: Writer = NOBODY  # who wrote what was forwarded

    def trim(self) -> None:
        """Take signatures and notices from the first and the last segment that hold words."""
        self.above = [line for segment in self.segments for line in (*segment, "")]
        written = [n for n, segment in enumerate(self.segments) if any(map(str.strip, segment))]
        for n in dict.fromkeys((*written[:1], *written[-1:])):
            self.segments[n] = trimmed(self.segments[n], self.writer)
        if len(written) > 1:
            self.segments[written[-1]] = without_notice(self.segments[written[-1]], self.writer)

    @property
    def n_words(self) -> int:
        """Words kept so far; none when they are only a name and address."""
        said = [segment for segment in self.segments if not is_card(segment)]
        return sum(map(count_words, said))


def new_text(body: str, sender: Address | None = None, *, subject: str = "") -> str:
    """What the customer wrote in this message; the whole body when that is under three words.

    Words of the subject count when there is a sure quote: "When?" above one says enough then. The
    sender's name tells a signature, the subject a forwarded message. A body of more than MAX_LINES
    lines is returned whole as well.
    """
    body_lines = _compact(body.replace("\r\n", "\n").split("\n"))
    if len(body_lines) > MAX_LINES:
        return "\n".join(body_lines).strip()
    lines = without_banner(body_lines)
    is_forward = is_forward_subject(subject)
    n_said = 0 if is_forward else count_words([subject.rpartition(":")[2]])
    cut = _Cut(Writer.of(sender), min_words=_MIN_WORDS - n_said)
    kept = _written(lines, cut, is_forward=is_forward)
    if count_words(kept) < _MIN_WORDS and cut.is_reply and count_words(cut.above) >= cut.min_words:
        return "\n".join(_compact(cut.above)).strip()
    for result in (kept, lines):
        if count_words(result) >= _MIN_WORDS:
            return "\n".join(_compact(result)).strip()
    return "\n".join(body_lines).strip()


def _written(lines: Sequence[str], cut: _Cut, *, is_forward: bool) -> list[str]:
    """The lines of the message and of those forwarded in it, each without its history."""
    kept: list[str] = []
    rest = lines
    for _ in range(_MAX_FORWARDS):
        _cut_history(cut, rest, is_forward=is_forward)
        for segment in cut.segments:
            kept += (*segment, "")
        if cut.forwarded is None:
            return kept
        rest = without_banner(rest[cut.forwarded :])
        cut, is_forward = _Cut(cut.forwarder), False
    return [*kept, *rest]


def trimmed(lines: Sequence[str], writer: Writer = NOBODY) -> list[str]:
    """The lines without disclaimers and the signature at their end."""
    return without_signature(without_disclaimers(lines), writer)


def count_words(lines: Sequence[str]) -> int:
    """Words with a letter or digit in them."""
    return sum(any(map(str.isalnum, word)) for line in lines for word in line.split())


def _cut_history(cut: _Cut, lines: Sequence[str], *, is_forward: bool) -> None:
    """Fill the cut with the lines in segments between the quotes taken out, each trimmed."""
    index = 0
    while index < len(lines):
        if not lines[index]:
            cut.segments[-1].append("")
            index += 1
            continue
        length = _history_start(lines, index)
        if length:
            cut.trim()
            _end_at(cut, lines[index : index + length], index, is_forward=is_forward)
            return
        n_header = header_length(lines, index)
        quote = next_text(lines, index + n_header)
        if n_header and not (quote < len(lines) and is_quoted(lines[quote])):
            cut.trim()
            _end_at_header(cut, lines, index)
            return
        if n_header or is_quoted(lines[index]):
            index = _skip_quote(cut, lines, quote if n_header else index, is_announced=n_header > 0)
        else:
            cut.segments[-1].append(lines[index])
            index += 1
    cut.trim()


def _history_start(lines: Sequence[str], index: int) -> int:
    """How many lines from here announce that all below is an earlier or forwarded message."""
    line = lines[index]
    if is_quoted(line):
        return 0
    is_mark = is_forward_mark(line) or is_original_mark(line) or is_reply_line(line)
    if not is_mark and not is_rule(line):
        return block_length(lines, index)
    block = next_text(lines, index + 1)
    n_block = block_length(lines, block, is_marked=True) if block < len(lines) else 0
    if is_mark and not n_block:
        n_block = fields_length(lines, block)
    return block + n_block - index if is_mark or n_block else 0


def _end_at(cut: _Cut, announced: Sequence[str], index: int, *, is_forward: bool) -> None:
    """End the cut at an announced message, which is read when nothing was written above it."""
    n_words = cut.n_words
    is_note = n_words < _MAX_COVER_NOTE_WORDS and (is_forward or is_forward_mark(announced[0]))
    cut.is_reply = not is_note and n_words >= max(1, cut.min_words)
    if not cut.is_reply:
        cut.forwarded = index + len(announced)
        cut.forwarder = cut.writer.joined(Writer.of(read_mailbox(sender_field(announced))))


def _end_at_header(cut: _Cut, lines: Sequence[str], index: int) -> None:
    """End the cut at an "On ... wrote:" above unmarked words; below nothing, they all stay."""
    if cut.n_words < _MIN_WORDS:
        cut.is_reply = False
        cut.segments[-1] += lines[index:]


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
        cut.is_reply |= is_announced
        cut.segments.append([])
    return end


def _compact(lines: Sequence[str]) -> list[str]:
    """The lines with at most one blank line between them."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return kept
