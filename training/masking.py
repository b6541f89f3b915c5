"""Names and numbers of people made unreadable, character by character, in the shape they had.

A letter becomes ``x`` or ``X`` and a digit ``#``, so that "Call Ann on 030 1234567" keeps its
length and looks: "Call Xxx on ### #######". The same words always give the same placeholder, and
nothing leads back from it.

Masked: e-mail addresses, telephone numbers (international, with trunk zero, North American, or
behind "Tel"), IBANs, card numbers that pass Luhn's check, runs of more than five digits; the names
in From, To and Cc, in quoted From and To lines, in the greeting, and below the closing formula,
wherever else they stand in the message with a capital.

Not masked: companies, streets and towns, names that only occur in running text or are written
small there, numbers of five digits and less or with letters between, dates, links, and attachments
(which are never read).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from service.mail.phrases import CLOSINGS, FIELD_KINDS

MAX_DIGIT_RUN: Final = 5
_MAX_NAME_WORDS: Final = 4
_MIN_LETTERS: Final = 2  # an initial is no name
_IBAN_DIGITS: Final = 10

_EMAIL: Final = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_IBAN: Final = re.compile(
    r"\b[A-Z]{2}\d{2} ?[A-Z0-9]{4}(?: ?(?=[A-Z]{0,3}\d)[A-Z0-9]{4}){1,6}"
    r"(?: ?(?=[A-Z]{0,2}\d)[A-Z0-9]{1,3})?\b"
)
_CARD: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_PHONES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w+])(?:\+|00)[1-9][\d ()./-]{5,20}\d",  # +44 1632 960123
        r"(?<![\w.,/-])\(?0[1-9]\d{1,4}\)?[ ./-]{1,3}\d[\d ./-]{3,14}\d",  # 030 / 123 45-67
        r"(?<![\w.,/-])0[1-9](?:[ .-]\d\d){4}(?!\d)",  # 06 12 34 56 78
        r"(?<![\w.,/-])\(?[2-9]\d\d\)?[ .-]{1,2}\d{3}[.-]\d{4}(?!\d)",  # (555) 123-4567
        r"\b(?:tel|telefon|telephone|phone|ph|fax|mobile?|mob)[ .:]{1,3}[\d(][\d ()./-]{4,20}\d",
    )
)
_RUN: Final = re.compile(rf"\d{{{MAX_DIGIT_RUN + 1},}}")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001 - as phones type it

_GREETING: Final = re.compile(
    r"[> ]{0,9}(?:dear|hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings"
    r"|guten (?:tag|morgen|abend)|hallo|moin|sehr geehrter?|lieber?|bonjour|bonsoir|ch(?:er|ère)"
    r"|hola|buen[oa]s (?:días|tardes)|estimad[oa]|buongiorno|buonasera|ciao|salve|gentile|egregio"
    r"|beste|geachte|goede(?:morgen|middag|ndag)|olá|bo[am] (?:dia|tarde)|prezad[oa]|car[oa]"
    r"|dzień dobry|witam|cześć|szanown[ay])[ ]{1,3}([^,!.:;?]{1,60}?)"
    r"(?:([,!.:;]| [-\u2013] )|\r?$)",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[> *]{0,9}(\w{1,12}) ?:[* ]{1,4}([^<@]{1,80})")
_NO_NAMES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "sirs", "madam", "ma'am", "team",
        "all", "both", "there", "everyone", "everybody", "folks", "colleague", "colleagues",
        "friend", "friends", "customer", "customers", "service", "support", "help", "helpdesk",
        "desk", "sales", "order", "orders", "office", "accounts", "accounting", "account",
        "billing", "invoice", "invoices", "payments", "finance", "purchasing", "procurement",
        "info", "mail", "contact", "admin", "it", "hr", "noreply", "the", "a", "an", "and",
        "or", "of", "at", "for", "from", "to", "herr", "herrn", "frau", "damen", "herren",
        "und", "zusammen", "verkauf", "einkauf", "buchhaltung", "monsieur", "madame",
        "mesdames", "messieurs", "et", "señor", "señora", "señores", "signor", "signora",
        "signori", "heer", "mevrouw", "en", "van", "von", "de", "der", "den", "del", "della",
        "da", "di", "la", "le", "el", "senhor", "senhora", "senhores", "pan", "pani", "państwo",
        "panie", "e", "y", "i", "ltd", "limited", "inc", "llc", "plc", "gmbh", "ag", "kg", "sa",
        "sas", "srl", "spa", "bv", "nv", "company", "group",
    }
)  # fmt: skip


def mask_message(subject: str, body: str, people: Iterable[str] = ()) -> tuple[str, str]:
    """Subject and body, masked; ``people`` are display names of the headers."""
    headers = frozenset(word for name in people for word in _name_words(name))
    while True:
        masked = _mask_once(subject, body, headers)
        if masked == (subject, body):  # what stands beside a masked number can look like one now
            return masked
        subject, body = masked


def _mask_once(subject: str, body: str, headers: frozenset[str]) -> tuple[str, str]:
    lines = body.split("\n")
    found = list(_find_names(lines))
    names = headers | {word for _, name in found for word in _name_words(name)}
    for number, name in found:
        before, there, after = lines[number].rpartition(name)  # not there: hidden already
        lines[number] = before + _WORD.sub(_hide_if(_is_name), there) + after
    return _mask(subject, names), _mask("\n".join(lines), names)


def _mask(text: str, names: frozenset[str]) -> str:
    """A text without readable numbers and addresses, and without these names where capital."""
    text = _EMAIL.sub(_hide, text)
    text = _IBAN.sub(_hide_if(_is_iban), text)
    text = _CARD.sub(_hide_if(_is_card), text)
    for phone in _PHONES:
        text = phone.sub(_hide_digits, text)
    text = _RUN.sub(_hide, text)
    return _WORD.sub(_hide_if(lambda word: word[:1].isupper() and word.lower() in names), text)


def shape(text: str) -> str:
    """``x`` for each letter, ``X`` for each capital, ``#`` for each digit, the rest as it is."""
    return "".join(map(_shape, text))


def _shape(character: str) -> str:
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return "#" if character.isdecimal() else character


def _hide(match: re.Match[str]) -> str:
    return shape(match[0])


def _hide_digits(match: re.Match[str]) -> str:
    return re.sub(r"\d", "#", match[0])


def _hide_if(is_private: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda match: shape(match[0]) if is_private(match[0]) else match[0]


def _is_iban(text: str) -> bool:
    return sum(character.isdecimal() for character in text) >= _IBAN_DIGITS


def _is_card(text: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, Luhn)."""
    digits = [int(character) for character in reversed(text) if character.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _find_names(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Names in greetings, quoted address lines and signatures, each with its line's number."""
    for number, line in enumerate(lines):
        greeting, quoted = _GREETING.match(line), _QUOTED.match(line)
        if greeting and _is_greeted(greeting[1], is_closed=greeting[2] is not None):
            yield number, greeting[1]
        if quoted and FIELD_KINDS.get(quoted[1].lower()) in {"from", "to"}:
            yield number, quoted[2]
        yield from _signed(lines, number)


def _is_greeted(name: str, *, is_closed: bool) -> bool:
    """A greeted name has capitals, or is one word before a comma: "hi ann, where is it"."""
    if is_closed and len(name.split()) == 1:
        return True
    return _is_short(name) and all(word[:1].isupper() for word in _WORD.findall(name))


def _signed(lines: Sequence[str], number: int) -> Iterator[tuple[int, str]]:
    """The name behind "Regards," or on one of the two lines below it."""
    formula, _, behind = lines[number].partition(",")
    if formula.strip(" >.!-").lower() not in CLOSINGS:
        return
    below = enumerate(lines[number + 1 : number + 3], start=number + 1)
    places = [(number, behind), *((place, line.partition(",")[0]) for place, line in below)]
    written = ((place, name) for place, name in places if name.strip(" >\r"))
    yield from ((place, name) for place, name in islice(written, 1) if _is_short(name))


def _is_short(name: str) -> bool:
    return len(name.split()) <= _MAX_NAME_WORDS


def _is_name(word: str) -> bool:
    return len(word) >= _MIN_LETTERS and word.lower() not in _NO_NAMES


def _name_words(name: str) -> list[str]:
    return [w.lower() for w in _WORD.findall(name.partition("@")[0]) if _is_name(w)]
