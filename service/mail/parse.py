"""Raw mail or already parsed fields -> Message. Content never raises, only a broken bound does."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from service.errors import MessageRefused
from service.mail.characters import (
    character_defects,
    clean_line,
    clean_text,
    decode_bytes,
    decode_words,
)
from service.mail.headers import check_headers, decode_header, read_mailbox, split_headers
from service.mail.html import visible_text
from service.mail.limits import (
    MAX_ATTACHMENTS,
    MAX_GUESSED_TEXTS,
    MAX_HTML_CHARS,
    MAX_HTML_TAGS,
    MAX_READ_TAGS,
    MAX_TEXT_CHARS,
    check,
)
from service.mail.phrases import HTML_STUBS
from service.mail.structure import FORWARDED, MimePart, read_structure
from service.message import Address, Defect, Envelope, Message, Part, Severity

_SEVERITY: Final = {
    "broken_structure": Severity.LOSSY,  # fast-mail-parser gave up; read leniently
    "read_in_part": Severity.LOSSY,  # only the beginning of a broken or very long message was read
    "wrong_charset": Severity.LOSSY,
    "undecodable_bytes": Severity.LOSSY,
    "unknown_charset": Severity.COSMETIC,
    "control_characters": Severity.COSMETIC,
    "invisible_characters": Severity.COSMETIC,
    "html_as_plain": Severity.COSMETIC,
    "plain_is_stub": Severity.COSMETIC,
    "text_cut": Severity.LOSSY,
    "html_cut": Severity.LOSSY,
    "tnef_not_opened": Severity.LOSSY,  # Outlook's winmail.dat may hold the real body
    "encrypted": Severity.LOSSY,
    "no_headers": Severity.COSMETIC,
    "no_sender": Severity.COSMETIC,
    "no_text": Severity.LOSSY,
    "forwarded_cut": Severity.LOSSY,  # only the beginning of the attached message was read
    "forwarded_refused": Severity.LOSSY,  # the attached message is over a bound of its own
}
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_ENCRYPTED: Final = frozenset({"application/pkcs7-mime", "application/pgp-encrypted"})
_STUB_WORDS: Final = 60  # a stub is one or two sentences
_CR_TO_LF: Final = bytes.maketrans(b"\r", b"\n")  # five times as fast as replace
_DATA_URI: Final = re.compile(r"data:[a-z/+.-]{0,60};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)


class _Body(NamedTuple):
    """Visible text of a part, whether it came as HTML, and the names of its defects."""

    text: str = ""
    is_html: bool = False
    defects: tuple[str, ...] = ()


@dataclass(slots=True)
class _Effort:
    """What is left to spend on the texts of a message, so that many cost as little as one."""

    n_guesses: int = MAX_GUESSED_TEXTS
    n_tags: int = MAX_READ_TAGS


def parse_message(
    raw: bytes,
    *,
    envelope: Envelope = Envelope(),  # noqa: B008 - frozen
) -> Message:
    """The message in ``raw``; LF and CRLF line ends give the same one.

    Raises:
        MessageRefused: a bound of ``service.mail.limits`` is broken, named by ``limit``.
    """
    check("max_message_bytes", len(raw))
    return _parse(_unix_lines(raw), envelope, is_attached=False)


def compose_message(
    *,
    subject: str = "",
    text: str | None = None,
    html: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    envelope: Envelope = Envelope(),  # noqa: B008 - frozen
) -> Message:
    """The message that already parsed fields describe, cleaned and bounded like a raw one.

    Raises:
        MessageRefused: a bound of ``service.mail.limits`` is broken, named by ``limit``.
    """
    check_headers((*headers, ("Subject", subject)))
    check("max_message_bytes", len(text or "") + len(html or ""))
    plain, rich = _plain_body(text or ""), _html_body(html or "")
    body = _preferred([plain, rich])
    fields = tuple((clean_line(name), clean_line(decode_words(value))) for name, value in headers)
    message = _message(fields, _first(headers, "from"), envelope, body)
    return replace(message, subject=clean_line(decode_words(subject)) or message.subject)


def _unix_lines(raw: bytes) -> bytes:
    """The bytes with LF line ends, without blank lines and an mbox separator before the headers."""
    if b"\n" not in raw:
        raw = raw.translate(_CR_TO_LF)
    elif b"\r\n" in raw:
        raw = raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


def _parse(raw: bytes, envelope: Envelope, *, is_attached: bool) -> Message:
    """The message in bytes with LF line ends."""
    encoded, _ = split_headers(raw)
    tree, defects = read_structure(raw)
    parts = list(_leaves(tree))
    fields = tuple((name, decode_header(value)) for name, value in encoded)
    sender = next((_as_text(value) for name, value in encoded if name.lower() == "from"), None)
    body = _read(tree, _Effort())
    names = (*defects, *body.defects, *_part_defects(parts), *(() if fields else ("no_headers",)))
    message = _message(fields, sender, envelope, body._replace(defects=names))
    message = replace(message, attachments=_attachments(parts, is_attached=is_attached))
    return message if is_attached else _with_forwarded(message, parts)


def _as_text(value: bytes) -> str:
    """A header value whose encoded words are still to be read."""
    return decode_bytes(value, None, guess=False).text


def _message(
    headers: tuple[tuple[str, str], ...], sender: str | None, envelope: Envelope, body: _Body
) -> Message:
    """A message of decoded headers, an encoded From and a body that is not yet bounded."""
    mailbox = _sender(sender)
    beginning = body.text[: 2 * MAX_TEXT_CHARS]  # half may be invisible
    text = clean_text(beginning).strip()
    names = [*body.defects, *character_defects(beginning)]
    if len(text) > MAX_TEXT_CHARS or len(beginning) < len(body.text):
        text = text[:MAX_TEXT_CHARS].rstrip()
        names.append("text_cut")
    names += ["no_sender"] if mailbox is None else []
    names += [] if text else ["no_text"]
    message_id = _first(headers, "message-id")
    return Message(
        subject=_first(headers, "subject") or "",
        text=text,
        sender=mailbox,
        message_id=message_id.split()[0] if message_id else None,
        headers=headers,
        envelope=envelope,
        defects=_defects(names),
    )


def _sender(encoded: str | None) -> Address | None:
    """Who the message says it is from; a From that is one encoded word is read as a whole."""
    if not encoded:
        return None
    return read_mailbox(encoded) or read_mailbox(decode_words(encoded))


def _first(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first value of a header, compared without case."""
    return next((value for key, value in headers if key.strip().lower() == name), None)


def _defects(names: Iterable[str]) -> tuple[Defect, ...]:
    """Each defect once, in the order met."""
    return tuple(Defect(name, _SEVERITY[name]) for name in dict.fromkeys(names))


def _leaves(part: MimePart) -> Iterator[MimePart]:
    """Parts that hold content, in order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)


def _part_defects(parts: Iterable[MimePart]) -> Iterator[str]:
    """Names of what the kinds of parts say about text that cannot be read."""
    for part in parts:
        if part.content_type in _TNEF or part.filename.lower() == "winmail.dat":
            yield "tnef_not_opened"
        if part.content_type in _ENCRYPTED:
            yield "encrypted"


def _attachments(parts: Iterable[MimePart], *, is_attached: bool) -> tuple[Part, ...]:
    """Files by name: all but the texts and the one attached message that is read."""
    named = [part for part in parts if part.is_attachment or part.content_type in FORWARDED]
    if not is_attached:
        first = next((part for part in named if part.content_type in FORWARDED), None)
        named = [part for part in named if part is not first]
    return tuple(
        Part(part.filename, part.content_type, part.size_bytes) for part in named[:MAX_ATTACHMENTS]
    )


def _with_forwarded(message: Message, parts: Iterable[MimePart]) -> Message:
    """The message with the first attached one read, one level deep."""
    attached = next((part for part in parts if part.content_type in FORWARDED), None)
    if attached is None:
        return message
    try:
        forwarded = _parse(_unix_lines(attached.content), Envelope(), is_attached=True)
    except MessageRefused:
        return replace(message, defects=(*message.defects, *_defects(["forwarded_refused"])))
    cut = _defects(["forwarded_cut"]) if attached.is_cut else ()
    return replace(message, forwarded=forwarded, defects=(*message.defects, *cut))


def _read(part: MimePart, effort: _Effort) -> _Body:
    """Visible text of a part and all below it."""
    if part.is_attachment or part.content_type in FORWARDED:
        return _Body()
    if part.children:
        bodies = [_read(child, effort) for child in part.children]
        is_choice = part.content_type == "multipart/alternative"
        return _preferred(bodies) if is_choice else _joined(bodies)
    if effort.n_tags <= 0:
        return _Body(defects=("read_in_part",))
    guess = effort.n_guesses > 0
    text, defects = decode_bytes(part.content, part.charset, guess=guess, is_cut=part.is_cut)
    effort.n_guesses -= 1
    effort.n_tags -= _n_tags(text)
    body = _html_body(text) if part.content_type == "text/html" else _plain_body(text)
    cut = ("text_cut",) if part.is_cut and not body.is_html else ()
    return body._replace(defects=(*defects, *body.defects, *cut))


def _n_tags(text: str) -> int:
    """What reading a text costs, in tags: those of a page, its style rules, and its length."""
    return min(text.count("<"), MAX_HTML_TAGS) + text.count("{") + len(text) // 256


def _plain_body(text: str) -> _Body:
    """A plain text, read as HTML where a sender put that label on a page."""
    if text[:200].lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype html", "<html")):
        body = _html_body(text)
        return body._replace(defects=(*body.defects, "html_as_plain"))
    return _Body(text)


def _html_body(html: str) -> _Body:
    """What a person sees of a page; images written into it do not count against its bound."""
    if len(html) > MAX_HTML_CHARS:
        html = _DATA_URI.sub("", html)
    cut = ("html_cut",) if len(html) > MAX_HTML_CHARS else ()
    text = visible_text(html[:MAX_HTML_CHARS])
    return _Body(text, is_html=True, defects=(*character_defects(html), *cut))


def _preferred(bodies: Sequence[_Body]) -> _Body:
    """One of several forms of the same text: plain, unless it is empty or only says "see HTML"."""
    written = [body for body in bodies if body.text.strip()]
    plain = next((body for body in written if not body.is_html), None)
    rich = next((body for body in written if body.is_html), None)
    if plain is not None and rich is not None and _is_stub(plain.text):
        return rich._replace(defects=(*rich.defects, "plain_is_stub"))
    return plain or rich or _Body()


def _is_stub(text: str) -> bool:
    """Whether a plain text only tells the reader to look at the HTML one."""
    words = text[:2_000].lower().split()
    if not any(character.isalnum() for word in words for character in word):
        return True
    line = " ".join(words)
    return len(words) <= _STUB_WORDS and any(phrase in line for phrase in HTML_STUBS)


def _joined(bodies: Sequence[_Body]) -> _Body:
    """Texts one after the other; the same text sent twice as plain and HTML counts once."""
    texts: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for body in bodies:
        words = tuple(body.text.split())
        if words and words not in seen:
            seen.add(words)
            texts.append(body.text)
    return _Body(
        "\n\n".join(texts),
        is_html=all(body.is_html for body in bodies if body.text),
        defects=tuple(name for body in bodies for name in body.defects),
    )
