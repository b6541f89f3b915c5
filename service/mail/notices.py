"""What machines and lawyers put around a customer's words: banners, disclaimers, footers."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from service.mail.notice_phrases import (
    BANNER_EVIDENCE,
    BANNERS,
    CARE_WORDS,
    DEMONSTRATIVES,
    DETERMINERS,
    DISCLAIMER_EVIDENCE,
    DISCLAIMER_PROOF,
    DISCLAIMERS,
    FIRST_PERSON,
    FOOTERS,
    MAIL_WORDS,
    NOTICE_WORDS,
    OUR,
    OUTSIDE_WORDS,
    SIGNALS,
)
from service.mail.phrases import ADDRESSED, POSTSCRIPTS
from service.mail.quotes import next_text
from service.mail.writer import PUNCTUATION, words_of

_MAX_LINE_CHARS: Final = 400  # a longer line is a paragraph of somebody's own words
_MAX_FOOTER_WORDS: Final = 30
_MAX_TEXT_LINES: Final = 50  # above a notice in the same paragraph
_MAX_DISCLAIMER_LINES: Final = 12
_MAX_DISCLAIMER_CHARS: Final = 1_000
_MAX_NOTICE_CHARS: Final = 2_000
_MAX_BANNER_WORDS: Final = 60
_MAX_BANNERS: Final = 20  # lines and paragraphs of them, above each other
_MAX_BANNER_LINES: Final = 4
_MAX_OPENING_WORDS: Final = 5
_MAX_LABEL_WORDS: Final = 3  # "WARNING: external sender"
_NO_FRAME: Final = "-\u2013>('\"„“"  # signs that a customer's sentence or list may start with
_WARNING: Final = (OUTSIDE_WORDS, MAIL_WORDS, CARE_WORDS)


def count_notice_words(text: str) -> int:
    """How many kinds of legal or company talk a paragraph holds; 0 if it asks or adds something."""
    lowered = " ".join(text[:_MAX_NOTICE_CHARS].lower().split())
    if "?" in lowered or lowered.startswith(POSTSCRIPTS):
        return 0
    n_kinds = sum(any(stem in lowered for stem in stems) for stems in NOTICE_WORDS)
    n_own = sum(word in FIRST_PERSON or word in OUR for word in words_of(lowered))
    return n_kinds if n_own <= n_kinds else 0


def without_disclaimers(lines: Sequence[str]) -> list[str]:
    """The lines without legal notices and the footers of scanners and printers."""
    kept: list[str] = []
    for paragraph in _paragraphs(lines):
        for n, line in enumerate(paragraph):
            if n < _MAX_TEXT_LINES and _is_disclaimer(
                line, paragraph[n : n + _MAX_DISCLAIMER_LINES]
            ):
                break
            if not _is_footer(line):
                kept.append(line)
    return kept


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Runs of lines, each with the blank lines after it."""
    paragraph: list[str] = []
    for n, line in enumerate(lines):
        paragraph.append(line)
        if not line.strip() and n + 1 < len(lines) and lines[n + 1].strip():
            yield paragraph
            paragraph = []
    yield paragraph


def _is_disclaimer(line: str, rest: Sequence[str]) -> bool:
    """Whether the rest of a paragraph opens like a legal notice and proves to be one."""
    opening = line[:60].strip(PUNCTUATION).lower()
    if not opening.startswith(DISCLAIMERS) and not _speaks_of_mail(opening):
        return False
    text = " ".join(" ".join(rest)[:_MAX_DISCLAIMER_CHARS].lower().split())
    n_proofs = sum(phrase in text for phrase in DISCLAIMER_PROOF)
    n_evidence = sum(phrase in text for phrase in DISCLAIMER_EVIDENCE)
    return n_proofs > 0 and n_proofs + n_evidence > 1


def _speaks_of_mail(opening: str, determiners: AbstractSet[str] = DETERMINERS) -> bool:
    """Whether words in lower case open with "this message" in some language."""
    first, _, rest = opening.partition(" ")
    if first not in determiners:
        return False
    words = rest.split()[:_MAX_OPENING_WORDS]
    place = next((n for n, word in enumerate(words[:-1]) if word.startswith(MAIL_WORDS)), None)
    return place is not None and words[place + 1] not in ADDRESSED


def _is_footer(line: str) -> bool:
    """Whether a line asks not to print or says that a scanner was here."""
    text = line[:_MAX_LINE_CHARS].strip(PUNCTUATION).lower()
    return text.startswith(FOOTERS) and len(text.split()) <= _MAX_FOOTER_WORDS


def without_banner(lines: Sequence[str]) -> list[str]:
    """The lines without a gateway's warning above them that the sender is from outside."""
    start = end = next_text(lines, 0)
    for _ in range(_MAX_BANNERS):
        n_lines = _banner_length(lines, end, is_open=end > start) if end < len(lines) else 0
        if not n_lines:
            break
        end = next_text(lines, end + n_lines)
    return list(lines[end:])


def _banner_length(lines: Sequence[str], start: int, *, is_open: bool) -> int:
    """How many lines from ``start`` are a banner; ``is_open`` says that one stands above."""
    if _is_banner(lines, start, is_open=is_open):
        return 1
    for end in range(start + 1, min(len(lines), start + _MAX_BANNER_LINES) + 1):
        if not lines[end - 1].strip():
            return 0
        if _warns(" ".join(lines[start:end])):
            return _sentence_end(lines, end - 1) - start
    return 0


def _sentence_end(lines: Sequence[str], last: int) -> int:
    """The index below the line that ends the sentence which ``last`` is part of."""
    end = last + 1
    while (
        end < min(len(lines), last + _MAX_BANNER_LINES)
        and not lines[end - 1].rstrip(" *_]#|").endswith((".", "!"))
        and lines[end].lstrip()[:1].islower()
    ):
        end += 1
    return end


def _is_banner(lines: Sequence[str], index: int, *, is_open: bool) -> bool:
    """Whether a line belongs to a banner of known words."""
    text = lines[index][:_MAX_LINE_CHARS].strip(PUNCTUATION).lower()
    if len(lines[index]) > _MAX_LINE_CHARS or len(text.split()) > _MAX_BANNER_WORDS:
        return False
    if text in {"external", "extern", "external email", "externe e-mail", "ext"}:
        return True
    following = lines[index + 1][:_MAX_LINE_CHARS].lower() if index + 1 < len(lines) else ""
    opens = text.startswith(tuple(phrase.strip("[]") for phrase in BANNERS))
    scope = f"{text} {following}" if opens else text
    return (opens or is_open) and any(phrase in scope for phrase in BANNER_EVIDENCE)


def _warns(text: str) -> bool:
    """Whether a paragraph looks like a warning and speaks of mail, of outside and of care."""
    words = words_of(text)
    if not words or len(words) > _MAX_BANNER_WORDS or "?" in text or len(text) > _MAX_LINE_CHARS:
        return False
    if not FIRST_PERSON.isdisjoint(words):
        return False
    opening, lowered = text.strip()[0], text.lower()
    is_framed = not opening.isalnum() and opening not in _NO_FRAME
    second = words[min(1, len(words) - 1)]
    is_label = words[0].startswith(OUTSIDE_WORDS) and second.startswith(MAIL_WORDS)
    is_signal = is_label or words[0].startswith(SIGNALS)
    if not (is_framed or is_signal or _speaks_of_mail(" ".join(words), DEMONSTRATIVES)):
        return False
    is_outside = any(stem in lowered for stem in OUTSIDE_WORDS)
    if is_signal and is_outside and len(words) <= _MAX_LABEL_WORDS:
        return True
    n_kinds = sum(any(stem in lowered for stem in stems) for stems in _WARNING)
    return n_kinds == len(_WARNING) or (is_framed and is_signal and is_outside and n_kinds > 1)
