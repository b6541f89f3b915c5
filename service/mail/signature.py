"""What stands below and around a customer's words: signatures, disclaimers, banners."""

from collections.abc import Iterator, Sequence
from typing import Final

from service.mail.phrases import (
    BANNER_EVIDENCE,
    BANNERS,
    CLOSINGS,
    DEVICES,
    DISCLAIMER_EVIDENCE,
    DISCLAIMER_PROOF,
    DISCLAIMERS,
    FOOTERS,
    MOBILE,
    POSTSCRIPTS,
    REQUESTS,
)
from service.mail.quotes import next_text

_MAX_NAME_WORDS: Final = 3
_MAX_CONTACT_WORDS: Final = 10
_MAX_CONTACT_CHARS: Final = 100
_MAX_CONTACT_LINES: Final = 10
_MAX_MOBILE_WORDS: Final = 9
_MAX_FOOTER_WORDS: Final = 30
_MAX_SIGNATURE_LINES: Final = 16  # company signatures below "-- "
_MAX_LINE_CHARS: Final = 400  # a longer line is a paragraph of somebody's own words
_MAX_DISCLAIMER_LINES: Final = 12
_MAX_DISCLAIMER_CHARS: Final = 1_000
_MAX_BANNER_WORDS: Final = 60
_PUNCTUATION: Final = " \t,.;:!*_~|()[]<>\"'“”-\u2013\u2014"
_LABELS: Final = ("tel", "fax", "mob", "phone", "www.", "http", "e:", "m:", "t:", "p:", "f:", "vat")


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines without a signature at their end; a postscript below it stays."""
    kept = [line for line in lines if not _is_mobile(line)]
    delimiter = next((n for n, line in enumerate(kept) if line.rstrip(" ") == "--"), None)
    if delimiter is not None and _is_signature(kept[delimiter + 1 :]):
        kept = kept[:delimiter]
    closing = _closing(kept)
    return kept if closing is None else kept[:closing]


def _is_mobile(line: str) -> bool:
    """Whether a line only says which device or program wrote the message."""
    text = line[:_MAX_LINE_CHARS].strip(_PUNCTUATION).lower()
    if not text.startswith(MOBILE) and not text.endswith(("gesendet", "verzonden", "verstuurd")):
        return False
    is_short = len(text.split()) <= _MAX_MOBILE_WORDS and "?" not in text and ". " not in text
    return is_short and any(device in text for device in DEVICES)


def _is_signature(lines: Sequence[str]) -> bool:
    """Whether the lines below a "-- " are no more than one would sign with."""
    written = [line for line in lines if line.strip()]
    return len(written) <= _MAX_SIGNATURE_LINES and not any(map(_speaks, written))


def _speaks(line: str) -> bool:
    """Whether a line reads like a sentence to somebody, not like a name or an address."""
    words = _words(line)
    n_requests = sum(word in REQUESTS for word in words)
    is_postscript = line.strip().lower().startswith(POSTSCRIPTS)
    return is_postscript or n_requests > 1 or (n_requests == 1 and line.rstrip().endswith("?"))


def _closing(lines: Sequence[str]) -> int | None:
    """Where a closing formula stands with nothing but a name and address below it."""
    n_written = 0
    for index in range(len(lines) - 1, -1, -1):
        if not lines[index].strip():
            continue
        if _is_closing(lines[index]):
            below = [line for line in lines[index + 1 :] if line.strip()]
            return index if _is_contact(below) else None
        n_written += 1
        if n_written > _MAX_CONTACT_LINES:
            return None
    return None


def _is_closing(line: str) -> bool:
    """Whether a line is a closing formula, alone or with a name behind a comma."""
    if len(line) > _MAX_CONTACT_CHARS or line.rstrip().endswith("?"):
        return False
    formula, _, name = line.partition(",")
    if line.strip(_PUNCTUATION).lower() in CLOSINGS:
        return True
    is_named = 0 < len(name.split()) <= _MAX_NAME_WORDS and _is_contact_line(name, 0)
    return formula.strip(_PUNCTUATION).lower() in CLOSINGS and is_named


def _is_contact(lines: Sequence[str]) -> bool:
    """Whether all lines are parts of a name and address, the first one a name."""
    if lines and (
        any(letter.isdigit() for letter in lines[0]) or len(_words(lines[0])) > 2 * _MAX_NAME_WORDS
    ):
        return False
    return all(_is_contact_line(line, n) for n, line in enumerate(lines))


def _is_contact_line(line: str, position: int) -> bool:
    """Whether a line can only be a name, title, company, street, town or number."""
    words = _words(line)
    if (
        len(words) > _MAX_CONTACT_WORDS
        or len(line) > _MAX_CONTACT_CHARS
        or line.rstrip().endswith(("?", "!"))
    ):
        return False
    if any(word in REQUESTS for word in words):
        return False
    lowered = line.strip().lower()
    if lowered.startswith((*_LABELS, "+", "(0", "0")) or "@" in line or "www." in lowered:
        return True
    tokens = [token.strip(_PUNCTUATION) for token in line.split()]
    if lowered[:1].isdigit():  # a postcode, below a name and a street
        is_postcode = tokens[0].isdigit() and len(tokens[0]) in {4, 5} and len(tokens) > 1
        return position > 1 and is_postcode and tokens[1][:1].isupper()
    named = [token for token in tokens if token[:1].isalpha()]
    return sum(token[0].isupper() for token in named) * 2 >= len(named)


def _words(line: str) -> list[str]:
    """The words of a line in lower case."""
    return [word for word in (token.strip(_PUNCTUATION).lower() for token in line.split()) if word]


def without_disclaimers(lines: Sequence[str]) -> list[str]:
    """The lines without legal notices and the footers of scanners and printers."""
    kept: list[str] = []
    for paragraph in _paragraphs(lines):
        for n, line in enumerate(paragraph):
            if _is_disclaimer(line, paragraph[n : n + _MAX_DISCLAIMER_LINES]):
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
    opening = line[:60].strip(_PUNCTUATION).lower()
    if not opening.startswith(DISCLAIMERS):
        return False
    text = " ".join(" ".join(rest)[:_MAX_DISCLAIMER_CHARS].lower().split())
    n_proofs = sum(phrase in text for phrase in DISCLAIMER_PROOF)
    n_evidence = sum(phrase in text for phrase in DISCLAIMER_EVIDENCE)
    return n_proofs > 0 and n_proofs + n_evidence > 1


def _is_footer(line: str) -> bool:
    """Whether a line asks not to print or says that a scanner was here."""
    text = line[:_MAX_LINE_CHARS].strip(_PUNCTUATION).lower()
    return text.startswith(FOOTERS) and len(text.split()) <= _MAX_FOOTER_WORDS


def without_banner(lines: Sequence[str]) -> list[str]:
    """The lines without a gateway's warning above them that the sender is from outside."""
    start = next_text(lines, 0)
    end = start
    while end < len(lines) and _is_banner(lines, end, is_open=end > start):
        end = next_text(lines, end + 1)
    return list(lines[end:])


def _is_banner(lines: Sequence[str], index: int, *, is_open: bool) -> bool:
    """Whether a line belongs to a banner; ``is_open`` says that the line above did."""
    text = lines[index][:_MAX_LINE_CHARS].strip(_PUNCTUATION).lower()
    if len(lines[index]) > _MAX_LINE_CHARS or len(text.split()) > _MAX_BANNER_WORDS:
        return False
    if text in {"external", "extern", "external email", "externe e-mail", "ext"}:
        return True
    following = lines[index + 1][:_MAX_LINE_CHARS].lower() if index + 1 < len(lines) else ""
    opens = text.startswith(tuple(phrase.strip("[]") for phrase in BANNERS))
    scope = f"{text} {following}" if opens else text
    return (opens or is_open) and any(phrase in scope for phrase in BANNER_EVIDENCE)
