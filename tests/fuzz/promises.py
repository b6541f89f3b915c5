"""What parse and text promise for any input, as functions that raise when it is broken."""

from service.errors import MessageRefused
from service.mail.characters import clean_text
from service.mail.limits import MAX_HEADERS, MAX_TEXT_CHARS
from service.mail.parse import compose_message, parse_message
from service.message import Message
from service.text import build_text


def check_bytes(raw: bytes) -> None:
    """Any bytes become a message or are refused, and CRLF gives the same message as LF."""
    try:
        message = parse_message(raw)
    except MessageRefused:
        return
    check_message(message)
    if b"\r" not in raw and parse_message(raw.replace(b"\n", b"\r\n")) != message:
        raise AssertionError("CRLF reads otherwise")


def check_content(content: bytes) -> None:
    """The same for fields: the first line is the subject, a last ``>`` says that it is a page."""
    subject, _, body = content.decode("utf-8", "surrogateescape").partition("\n")
    check_fields(subject, body, is_page=content[-1:] == b">")


def check_fields(subject: str, body: str, *, is_page: bool) -> None:
    """Any subject and body become a message whose text is clean already."""
    try:
        message = compose_message(
            subject=subject, text=None if is_page else body, html=body if is_page else None
        )
    except MessageRefused:
        return
    check_message(message)
    if clean_text(message.text) != message.text:
        raise AssertionError("clean text cleans to another")


def check_message(message: Message) -> None:
    """A message and the text of it are within their bounds and can be written as UTF-8."""
    for one in (message, message.forwarded) if message.forwarded else (message,):
        if len(one.text) > MAX_TEXT_CHARS or len(one.headers) > MAX_HEADERS:
            raise AssertionError("a bound does not hold")
        one.text.encode()
        for name, value in one.headers:
            f"{name}{value}".encode()
    text = build_text(message)
    text.encode()
    if len(text) > len(message.subject) + len("\n\n") + MAX_TEXT_CHARS:
        raise AssertionError("the text is longer than its parts")
    if build_text(message) != text:
        raise AssertionError("the text of one message is not always the same")
