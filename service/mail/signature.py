"""What stands below and around a customer's words: signatures, disclaimers, banners.

A signature is recognised by where it stands and what it looks like: the last lines of a text, each
of them a piece of a name and address or a legal notice, below a closing formula, the sender's name
or a rule. One line among them that speaks to somebody, and all of them stay.
"""

import re
from collections.abc import Sequence
from typing import Final

from service.mail.notice_phrases import FIRST_PERSON
from service.mail.notices import count_notice_words
from service.mail.phrases import (
    CLOSINGS,
    COMPANY_FORMS,
    CONTACT_LABELS,
    DEVICES,
    MOBILE,
    PARTICLES,
    POSTSCRIPTS,
    REGISTERS,
    REQUESTS,
    STREET_ENDINGS,
    STREETS,
    THANKS,
)
from service.mail.writer import NOBODY, PUNCTUATION, Writer, words_of

_MAX_NAME_WORDS: Final = 3
_MAX_NAME_LINE_WORDS: Final = 10
_MAX_CONTACT_WORDS: Final = 12
_MAX_CONTACT_CHARS: Final = 120
_MAX_CONTACT_LINES: Final = 10
_MAX_ROLE_WORDS: Final = 4
_MAX_TAIL_LINES: Final = 40  # signature and notices, blank lines included
_MAX_CLOSING_WORDS: Final = 12
_MIN_NOTICE_WORDS: Final = 12
_MIN_TEXT_WORDS: Final = 3  # "Hello Bob," is no message to sign
_MAX_MOBILE_WORDS: Final = 14
_MAX_SIGNATURE_LINES: Final = 16  # company signatures below "-- "
_MAX_LINE_CHARS: Final = 400  # a longer line is a paragraph of somebody's own words
_MAX_SIGN_OFF_CHARS: Final = 70
_MIN_TITLE_CHARS: Final = 5  # "Mr." and "Prof." end no sentence
_PHONE_DIGITS: Final = range(9, 16)  # E.164 has at most 15
_DIGIT_RUN: Final = re.compile(r"[+(]?\d[\d ()/.\u2013-]{7,25}")
_SENTENCE_END: Final = re.compile(r"(\S*)[.!?)] +(?=\S)")
_ASIDE: Final = re.compile(r"""["“”„«][^"“”„«»]{1,80}["”“»]|\([^()]{1,80}\)""")
_NAME_END: Final = re.compile(r"[,(|@/\u2013\u2014•·]| - ")
_ORDINAL: Final = re.compile(r"\d{1,3}(?:st|nd|rd|th|e|er|º|ª)$")


def without_signature(lines: Sequence[str], writer: Writer = NOBODY) -> list[str]:
    """The lines without a signature at their end; a postscript below it stays."""
    kept = [line for line in lines if not _is_mobile(line)]
    delimiter = next((n for n, line in enumerate(kept) if line.rstrip(" ") == "--"), None)
    if delimiter is not None and _is_signature(kept[delimiter + 1 :]):
        kept = kept[:delimiter]
    start = _signature_start(kept, writer)
    return _without_sign_off(kept if start is None else kept[:start], writer)


def is_card(lines: Sequence[str]) -> bool:
    """Whether all lines could stand on a business card, so that nothing was said in them."""
    return all(_is_contact_line(line) for line in lines if line.strip())


def _is_mobile(line: str) -> bool:
    """Whether a line only says which device or program wrote the message."""
    text = line[:_MAX_LINE_CHARS].strip(PUNCTUATION).lower()
    words = text.split()
    if not words or len(words) > _MAX_MOBILE_WORDS or "?" in text:
        return False
    if "outlook" in words[:2] and {"ios", "android"} & {words[-1], words[-1].strip(PUNCTUATION)}:
        return True
    if not text.startswith(MOBILE) and not text.endswith(("gesendet", "verzonden", "verstuurd")):
        return False
    first, _, apology = text.partition(". ")
    is_excused = not apology or "excus" in apology or "typo" in apology or "brevity" in apology
    return is_excused and any(device in first for device in DEVICES)


def _is_signature(lines: Sequence[str]) -> bool:
    """Whether the lines below a "-- " are no more than one would sign with."""
    written = [line for line in lines if line.strip()]
    return len(written) <= _MAX_SIGNATURE_LINES and not any(map(_speaks, written))


def _speaks(line: str) -> bool:
    """Whether a line reads like a sentence to somebody, not like a name or an address."""
    words = words_of(line)
    n_requests = sum(word in REQUESTS for word in words)
    is_postscript = line.strip().lower().startswith(POSTSCRIPTS)
    if is_postscript or (n_requests == 1 and line.rstrip().endswith("?")):
        return True
    return n_requests > 1 and not _is_notice(line, NOBODY)


def _signature_start(lines: Sequence[str], writer: Writer) -> int | None:
    """Where the signature at the end starts: its highest beginning with only cards below."""
    start: int | None = None
    below: list[str] = []  # lines of the card, the lowest first
    has_notice = False
    index = len(lines) - 1
    last = max(-1, index - _MAX_TAIL_LINES)
    while index > last and len(below) <= _MAX_CONTACT_LINES:
        above = index - 1
        if _begins(lines, index, below, writer) and (
            not has_notice or _is_signed(lines, index, below)
        ):
            start = index
        elif not (_is_contact_line(lines[index], writer) or _is_role(lines, index, writer)):
            notice = _above_notice(lines, index, writer)
            if notice is None:
                start = _below_text(lines, index, start, writer)
                break
            above, has_notice = notice, True
        if above == index - 1 and lines[index].strip():
            below.append(lines[index])
        index = above
    return None if start is None else _with_closing(lines, start, writer)


def _is_signed(lines: Sequence[str], index: int, below: Sequence[str]) -> bool:
    """Whether a beginning above a notice is no salutation: text above it, a name in it.

    What looks like a notice below "Many thanks" alone may be the message itself.
    """
    is_named = bool(below) or " ".join(words_of(lines[index])) not in CLOSINGS
    return is_named and sum(len(words_of(line)) for line in lines[:index]) > _MIN_TEXT_WORDS


def _below_text(lines: Sequence[str], text: int, start: int | None, writer: Writer) -> int | None:
    """The start of a signature below the last line of text, which may say that it is none."""
    if _sign_off(lines[text], writer) is not None and text + 1 < len(lines):
        return text + 1
    ending = (lines[text].lower().split() or [""])[-1]
    is_announced = ending.endswith(":") or ending in PARTICLES  # "Deliver to:" and an address
    return None if is_announced and start and not _is_closing(lines[start], writer) else start


def _begins(lines: Sequence[str], index: int, below: Sequence[str], writer: Writer) -> bool:
    """Whether a signature may begin here, with ``below`` the card lines under it."""
    line, first = lines[index], below[-1] if below else ""
    if not line.strip():
        return False
    if _is_closing(line, writer):
        is_named = "," in line.strip(PUNCTUATION) or _is_own_name(line.split()[-1], writer)
        return not first or is_named or _is_name(first, writer)
    if _may_count(first):
        return False
    if _is_own_name(line, writer):
        return True
    is_apart = any(map(str.strip, lines[:index])) and not lines[index - 1].strip()
    is_company = any(writer.trades_as(word) for word in words_of(first))
    if not is_apart or not (is_company or any(map(_is_evident, below))):
        return False
    is_first_name = is_company and line.strip().isalpha() and line.strip().istitle()
    return is_first_name or _is_full_name(line) or not line.strip(" -_=*~\u2013\u2014")


def _with_closing(lines: Sequence[str], start: int, writer: Writer) -> int:
    """The start moved up over a closing formula in words that are not known."""
    above = start - 1
    while above > 0 and not lines[above].strip():
        above -= 1
    if above <= 0 or not any(line.strip() for line in lines[:above]):
        return start
    line, words = lines[above].rstrip(), words_of(lines[above])
    if _is_closing(line, writer) or (line[-1] not in ".!?:" and _opens_with_closing(words)):
        return above
    if any(word in REQUESTS or any(map(str.isdigit, word)) for word in words):
        return start
    if line.endswith(","):
        return above if len(words) <= _MAX_ROLE_WORDS + 1 else start
    is_apart = above == start - 1 and not lines[above - 1].strip()
    before = next(text for text in reversed(lines[:above]) if text.strip())
    is_after_sentence = before.rstrip(PUNCTUATION[5:]).endswith((".", "?", "!"))
    is_small = len(words) <= _MAX_ROLE_WORDS and not line.endswith((".", "?", "!", ":"))
    return above if is_apart and is_after_sentence and is_small else start


def _opens_with_closing(words: Sequence[str]) -> bool:
    """Whether few words open with a formula and ask for nothing: "Greetings from the north"."""
    if len(words) > _MAX_CLOSING_WORDS:
        return False
    return any(
        " ".join(words[:n]) in CLOSINGS and REQUESTS.isdisjoint(words[n:])
        for n in range(1, len(words))
    )


def _is_role(lines: Sequence[str], index: int, writer: Writer) -> bool:
    """Whether a line right below the writer's name is a title in small letters."""
    line, words = lines[index].rstrip(), words_of(lines[index])
    is_short = len(words) <= _MAX_ROLE_WORDS and not line.endswith((".", "?", "!", ":"))
    if not is_short or any(map(str.isdigit, line)) or not REQUESTS.isdisjoint(words):
        return False
    return index > 0 and _is_own_name(lines[index - 1], writer)


def _is_name(line: str, writer: Writer) -> bool:
    """Whether a line below a closing formula starts a card: with a name, not a number."""
    has_digit = any(map(str.isdigit, line))
    return _is_own_name(line, writer) or (
        not has_digit and len(words_of(line)) <= 2 * _MAX_NAME_WORDS
    )


def _is_full_name(line: str) -> bool:
    """Whether a line is two to four capitalised words and nothing else."""
    tokens = line.split()
    is_worded = all(token[:1].isupper() and not any(map(str.isdigit, token)) for token in tokens)
    return 1 < len(tokens) <= _MAX_NAME_WORDS + 1 and is_worded


def _is_own_name(line: str, writer: Writer) -> bool:
    """Whether a line is the writer's name, perhaps with a title or place behind it."""
    words = words_of(line)
    if not 0 < len(words) <= _MAX_NAME_LINE_WORDS or line.rstrip().endswith(("?", ":", "!")):
        return False
    name, _, rest = _split(line.strip(PUNCTUATION))
    tokens = [token for token in name.split() if token.strip(PUNCTUATION)]
    others = [token for token in tokens if not writer.owns(token.strip(PUNCTUATION).lower())]
    if len(others) == len(tokens) or len(tokens) > 2 * _MAX_NAME_WORDS or _counts(rest):
        return False
    if any(word in REQUESTS and word not in PARTICLES for word in words if not writer.owns(word)):
        return False
    return all(
        token.strip(PUNCTUATION)[:1].isupper() or token.strip(PUNCTUATION).lower() in PARTICLES
        for token in others
    )


def _split(line: str) -> tuple[str, str, str]:
    """A line parted at what may follow a name."""
    found = _NAME_END.search(line)
    return (line[: found.start()], found[0], line[found.end() :]) if found else (line, "", "")


def _is_closing(line: str, writer: Writer) -> bool:
    """Whether a line is a closing formula, alone or with a name behind it."""
    if len(line) > _MAX_CONTACT_CHARS or line.rstrip().endswith("?"):
        return False
    words = words_of(line)
    if " ".join(words) in CLOSINGS or line.strip(PUNCTUATION).lower() in CLOSINGS:
        return True
    formula, _, name = _split(line)
    if formula.strip(PUNCTUATION).lower() in CLOSINGS and name.strip():
        is_short = len(name.split()) <= _MAX_NAME_WORDS and _is_contact_line(name)
        return is_short or _is_own_name(name, writer)
    if len(words) > _MAX_CLOSING_WORDS or any(any(map(str.isdigit, word)) for word in words):
        return False
    return _ends_in_closing(words) or _thanks_and_names(words, writer)


def _ends_in_closing(words: Sequence[str]) -> bool:
    """Whether words end in a greeting of two words or more; thanks may end any sentence."""
    formula = next(
        (words[n:] for n in range(len(words) - 1) if " ".join(words[n:]) in CLOSINGS), ()
    )
    return bool(formula) and not any(word.startswith(THANKS) for word in formula)


def _thanks_and_names(words: Sequence[str], writer: Writer) -> bool:
    """Whether words are a formula and the writer's name, without a comma."""
    return any(
        " ".join(words[:n]) in CLOSINGS
        and writer.owns(words[n])
        and _is_own_name(" ".join(words[n:]).title(), writer)
        for n in range(1, len(words))
    )


def _is_contact_line(line: str, writer: Writer = NOBODY) -> bool:
    """Whether a line can only be a name, title, company, street, town or number."""
    if len(line) > _MAX_CONTACT_CHARS or line.rstrip().endswith(("?", "!", ":")):
        return False
    plain = _ASIDE.sub(" ", line)  # slogans in quotation marks speak to everybody
    words = words_of(plain)
    if any(word in REQUESTS and not writer.owns(word) for word in words):
        return False
    if _is_evident(line):
        return True
    if len(words) > _MAX_CONTACT_WORDS or _counts(plain):
        return False
    tokens = [token.strip(PUNCTUATION) for token in plain.split()]
    named = [token for token in tokens if token[:1].isalpha() and token.lower() not in PARTICLES]
    is_small = not named and any(token[:1].isalpha() for token in tokens)
    return not is_small and sum(token[0].isupper() for token in named) * 2 >= len(named)


def _counts(line: str) -> bool:
    """Whether a line starts with what may be a quantity and is no postcode and town."""
    postcode, _, town = line.strip(PUNCTUATION).partition(" ")
    is_postcode = postcode.isdigit() and len(postcode) in {4, 5} and town[:1].isupper()
    return not is_postcode and _may_count(line)


def _may_count(line: str) -> bool:
    """Whether a line starts with a number that is of no house, telephone or school year."""
    tokens = [token.strip(PUNCTUATION).lower() for token in line.split()]
    if not tokens or not tokens[0][:1].isdigit() or _ORDINAL.match(tokens[0]):
        return False
    has_street = any(token in STREETS or token.endswith(STREET_ENDINGS) for token in tokens)
    return not has_street and not _is_evident(line)


def _is_evident(line: str) -> bool:
    """Whether a line holds what only cards hold: a number to call, an address, a legal form."""
    lowered = line.strip(" \t*").lower()
    if lowered.startswith(CONTACT_LABELS) or "www." in lowered or "http" in lowered:
        return True
    if "@" in lowered and "." in lowered.rpartition("@")[2]:
        return True
    if any(word in COMPANY_FORMS or word in REGISTERS for word in words_of(line)):
        return True
    if any(mark in line for mark in ("|", "•", "·")):
        return True
    return any(
        sum(map(str.isdigit, run)) in _PHONE_DIGITS and not run.strip().isdigit()
        for run in _DIGIT_RUN.findall(line)
    )


def _above_notice(lines: Sequence[str], last: int, writer: Writer) -> int | None:
    """The index above a legal notice whose last line is ``last``; None when it is none."""
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < _MAX_SIGNATURE_LINES:
        line = lines[first - 1]
        if _is_closing(line, writer) or _is_own_name(line, writer) or _is_evident(line):
            break
        is_card = _is_contact_line(line, writer)
        if is_card and _is_notice(" ".join(lines[first : last + 1]), writer):
            break
        first -= 1
    return first - 1 if _is_notice(" ".join(lines[first : last + 1]), writer) else None


def _is_notice(text: str, writer: Writer) -> bool:
    """Whether a paragraph below a signature is the law's or the company's, not the customer's."""
    n_kinds = count_notice_words(text)
    return n_kinds > 1 or (n_kinds == 1 and any(map(writer.trades_as, words_of(text))))


def without_notice(lines: Sequence[str], writer: Writer = NOBODY) -> list[str]:
    """Nothing when all lines are one legal notice, as gateways put it below a quote."""
    text = " ".join(lines)
    words = words_of(text)
    is_long = len(words) >= _MIN_NOTICE_WORDS
    if is_long and FIRST_PERSON.isdisjoint(words) and _is_notice(text, writer):
        return []
    return list(lines)


def _without_sign_off(lines: Sequence[str], writer: Writer) -> list[str]:
    """The lines without the writer's name behind the last sentence."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    if not kept:
        return kept
    end = _sign_off(kept[-1], writer)
    if end is None:
        return kept
    kept[-1] = kept[-1][:end].rstrip()
    return kept[:-1] if _is_closing(kept[-1], writer) else kept


def _sign_off(line: str, writer: Writer) -> int | None:
    """Where a name or formula follows the last sentence of a line."""
    for found in _SENTENCE_END.finditer(line, max(0, len(line) - _MAX_SIGN_OFF_CHARS)):
        name = line[found.end() :]
        is_title = found[1][:1].isupper() and len(found[1]) < _MIN_TITLE_CHARS
        is_signed = _is_closing(name, writer) and " ".join(words_of(name)) not in CLOSINGS
        if not is_title and (is_signed or _is_own_name(name, writer)):
            return found.end()
    for n_words in range(_MAX_ROLE_WORDS, 1, -1):
        before, *ending = line.rsplit(maxsplit=n_words) or [""]
        is_own = bool(ending) and writer.owns(ending[-1].strip(PUNCTUATION).lower())
        if is_own and " ".join(words_of(" ".join(ending[:-1]))) in CLOSINGS:
            return len(before)
    return None
