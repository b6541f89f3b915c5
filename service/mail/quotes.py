"""Lines that mail programs put above another's words: which they are and how long."""

import re
from collections.abc import Sequence
from typing import Final

from service.mail.phrases import (
    ABOVE_WORDS,
    ADDRESSED,
    FIELD_KINDS,
    FORWARD_PREFIXES,
    FORWARDS,
    OPENERS,
    ORIGINALS,
    REPLY_WORDS,
    VERBS,
)

_MAX_HEADER_LINES: Final = 4  # Gmail wraps at 78, long names and addresses need four lines
_MAX_HEADER_CHARS: Final = 320
_MAX_BLOCK_LINES: Final = 20  # a To field with many recipients wraps
_MAX_FIELD_CHARS: Final = 24
_MAX_REPLY_LINE_CHARS: Final = 100
_MIN_RULE_CHARS: Final = 5
_DRESSING: Final = " \t*_>|-=~"
_PUNCTUATION: Final = ",:;.!()<>[]*_\"'“”«»\uff1a-"
_MOMENT: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[:.h]\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d)",
)


def is_quoted(line: str) -> bool:
    """Whether a line is marked as another's words."""
    return line.lstrip(" \t").startswith(">")


def next_text(lines: Sequence[str], start: int) -> int:
    """Where the next line that is not blank stands, or the end."""
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def header_length(lines: Sequence[str], start: int) -> int:
    """How many lines from ``start`` are an "On ..., ... wrote:"; 0 when they are none."""
    if _is_header(lines, start, 1):
        return 1
    first = lines[start].strip(_DRESSING).lower()
    if not first.startswith(OPENERS) or not any(letter.isdigit() for letter in first[:80]):
        return 0
    for n_lines in range(2, _MAX_HEADER_LINES + 1):
        last = start + n_lines - 1
        if last >= len(lines) or not lines[last].strip():
            return 0
        if lines[last].lower().startswith(OPENERS) and _is_header(lines, last, 1):
            return 0
        if _is_header(lines, start, n_lines):
            return n_lines
    return 0


def _is_header(lines: Sequence[str], start: int, n_lines: int) -> bool:
    """Whether exactly these lines say who wrote what follows, and when."""
    last = lines[start + n_lines - 1].rstrip(_DRESSING)
    ends_so = last.endswith((":", "\uff1a"))
    if not ends_so and not lines[start].lstrip(_DRESSING)[:4].isdigit():
        return False
    if sum(map(len, lines[start : start + n_lines])) > _MAX_HEADER_CHARS:
        return False
    header = " ".join(line.strip() for line in lines[start : start + n_lines]).strip(_DRESSING)
    following = next_text(lines, start + n_lines)
    before_quote = following < len(lines) and is_quoted(lines[following])
    if not ends_so:
        return before_quote and _is_bare_header(header)
    return _says_who_wrote(header, before_quote=before_quote)


def _says_who_wrote(header: str, *, before_quote: bool) -> bool:
    """Whether words that end in a colon are "On ..., ... wrote:" and not the customer's own."""
    lowered = header.lower()
    words = [word.strip(_PUNCTUATION) for word in lowered.split()]
    verb = next((n for n, word in enumerate(words) if word in VERBS), None)
    if verb is None or before_quote:
        return verb is not None or (before_quote and _is_bare_header(header))
    if verb and words[verb - 1] in ADDRESSED:
        return False
    is_placed = lowered.startswith(OPENERS) or verb <= len(words) // 2 or "@" in header
    return is_placed and ("@" in header or _MOMENT.search(header) is not None)


def _is_bare_header(header: str) -> bool:
    """Whether a line above a quote is a date and an address without a verb."""
    return header[:4].isdigit() and "<" in header and "@" in header


def block_length(lines: Sequence[str], start: int, *, is_marked: bool = False) -> int:
    """How many lines from ``start`` are From, Sent, To and Subject of a quoted message.

    A form that a customer filled in has From and Subject too, so a time or a recipient is asked
    for; ``is_marked`` says that a line above has already announced a quoted message.
    """
    if field_kind(lines[start]) in {None, "to", "form", "other"}:
        return 0
    kinds, end = _block_kinds(lines, start)
    following = next_text(lines, end)
    is_form = "form" in kinds or (following < len(lines) and field_kind(lines[following]) == "form")
    if "from" not in kinds or is_form:
        return 0
    n_others = len(kinds & {"date", "to", "subject"})
    sure = (
        "sent" in kinds
        or kinds >= {"from", "to", "subject"}
        or ("date" in kinds and n_others > 1)
        or (is_marked and n_others > 0)
    )
    return end - start if sure else 0


def _block_kinds(lines: Sequence[str], start: int) -> tuple[set[str], int]:
    """Kinds of the fields from ``start``, each sender's block by itself, and where they end."""
    kinds: set[str] = set()
    end = start
    while end < min(len(lines), start + _MAX_BLOCK_LINES) and lines[end].strip():
        kind = field_kind(lines[end])
        if (kind == "from" and kind in kinds) or (kind is None and not _continues(lines, end)):
            break
        kinds.add(kind or "")
        kinds |= _inner_kinds(lines[end])
        end += 1
    return kinds, end


def _inner_kinds(line: str) -> set[str]:
    """Kinds of further fields in a line: "From: Bob Sent: 3 March To: Anna" was one per line."""
    names = (token[:-1].lower() for token in line[:_MAX_HEADER_CHARS].split() if token[-1] == ":")
    return {FIELD_KINDS[name] for name in names if name in FIELD_KINDS} - {"form", "from"}


def fields_length(lines: Sequence[str], start: int) -> int:
    """How many lines from ``start`` look like fields of any name, one of them with an address."""
    end = start
    while end < min(len(lines), start + _MAX_BLOCK_LINES) and _is_field(lines[end]):
        end += 1
    is_block = end - start > 1 and any("@" in line for line in lines[start:end])
    return end - start if is_block else 0


def _is_field(line: str) -> bool:
    """Whether a line is one word or two, a colon and a value."""
    name, colon, value = line.strip(_DRESSING)[:_MAX_HEADER_CHARS].partition(":")
    return bool(colon and value.strip()) and 0 < len(name.split()) < 3  # noqa: PLR2004 - as said


def sender_field(block: Sequence[str]) -> str:
    """What the From of a quoted block holds, with Outlook's [mailto:...] as an address."""
    line = next((line for line in block if field_kind(line) == "from"), "")
    value = line[:_MAX_HEADER_CHARS].partition(":")[2].strip(_DRESSING)
    return value.replace("[mailto:", "<").replace("]", ">")


def field_kind(line: str) -> str | None:
    """What a header-like line tells: from, sent, date, to, subject, form, or None."""
    name, colon, _ = line.lstrip(_DRESSING)[:_MAX_FIELD_CHARS].partition(":")
    return FIELD_KINDS.get(name.strip(_DRESSING).lower()) if colon else None


def _continues(lines: Sequence[str], index: int) -> bool:
    """Whether a line belongs to the wrapped field above: more recipients, or a field follows."""
    line = lines[index].strip()
    if line.startswith("<") or (line.endswith((";", ">")) and "@" in line):
        return True
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return "@" in line and field_kind(following) in {"to", "subject", "sent", "date"}


def is_original_mark(line: str) -> bool:
    """Whether a line is an "-----Original Message-----"."""
    return line.lstrip(" \t*>")[:2] in {"--", "__"} and _label(line) in ORIGINALS


def is_reply_line(line: str) -> bool:
    """Whether a helpdesk's framed line asks to answer above it."""
    framed = line.strip()
    if len(framed) > _MAX_REPLY_LINE_CHARS or framed[:2].isalnum() or framed[-2:].isalnum():
        return False
    words = framed.lower().split()
    return not REPLY_WORDS.isdisjoint(words) and not ABOVE_WORDS.isdisjoint(words)


def is_forward_mark(line: str) -> bool:
    """Whether a line announces a forwarded message."""
    is_dashed = line.lstrip(" \t*>")[:2] == "--"
    if not is_dashed and not line.rstrip(" \t*").endswith(":"):
        return False
    label = _label(line)
    if label.startswith("forwarded by "):  # Notes: "----- Forwarded by A/B/C on 1.2.2024 -----"
        return is_dashed
    return label in FORWARDS and (is_dashed or len(label.split()) > 1)


def is_forward_subject(subject: str) -> bool:
    """Whether a subject says that the message forwards another."""
    prefix, colon, _ = subject.partition(":")
    return bool(colon) and prefix.strip().lower() in FORWARD_PREFIXES


def is_rule(line: str) -> bool:
    """Whether a line is the rule Outlook draws above a quoted message."""
    dashes = line.strip()
    return len(dashes) >= _MIN_RULE_CHARS and not dashes.strip("_-")


def _label(line: str) -> str:
    """The words of a line without the dashes around them."""
    return line[:120].strip(_DRESSING).rstrip(": ").lower().replace("\u2019", "'")
