"""Mail taken apart by a gateway, put together again: what is handed on must be whole."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import formataddr, getaddresses
from typing import Final

_OF_THE_BODY: Final = ("content-", "mime-version")  # of the form the mail had before
_OF_ADDRESSES: Final = frozenset({"from", "sender", "reply-to", "to", "cc"})
_MAX_NAME_CHARS: Final = 200
# The same on each retry, or it would be a new mail. No line of Base64, as all parts are, has "=_".
_BOUNDARY: Final = "=_signalbox_"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a mail; ``content_id`` is what HTML refers to, empty when nothing does."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""


def compose_mime(
    headers: Iterable[tuple[str, str]],
    text: str | None,
    html: str | None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Raw mail with these headers in order, a text in one or two forms, and its files."""
    body = _body(text, html)
    if attachments:
        whole = MIMEMultipart("mixed", f"{_BOUNDARY}mixed", policy=SMTP)
        whole.attach(body)
        for attachment in attachments:
            whole.attach(_attached(attachment))
        body = whole
    kept = (pair for pair in headers if not pair[0].lower().startswith(_OF_THE_BODY))
    lines = [f"{name}: {_header_value(name, value)}" for name, value in kept if _is_name(name)]
    return "\r\n".join(lines).encode() + b"\r\n" * bool(lines) + body.as_bytes()


def _body(text: str | None, html: str | None) -> MIMEBase:
    if text is not None and html is not None:
        both = MIMEMultipart("alternative", f"{_BOUNDARY}alternative", policy=SMTP)
        both.attach(_text(text, "plain"))
        both.attach(_text(html, "html"))
        return both
    return _text(text or "", "plain") if html is None else _text(html, "html")


def _text(text: str, subtype: str) -> MIMEText:
    return MIMEText(text.encode("utf-8", "replace").decode(), subtype, "utf-8", policy=SMTP)


def _attached(attachment: Attachment) -> MIMEBase:
    """A file as a part; a content type that is none becomes application/octet-stream."""
    kind, _, subtype = attachment.content_type.partition(";")[0].strip().lower().partition("/")
    known = kind.isalnum() and subtype.replace("-", "").replace(".", "").replace("+", "").isalnum()
    # A multipart or message kept as such would be read as part of the mail around it.
    if not (known and kind.isascii() and subtype.isascii()) or kind in {"multipart", "message"}:
        kind, subtype = "application", "octet-stream"
    part = MIMEBase(kind, subtype, policy=SMTP)
    part.set_payload(attachment.content)
    encode_base64(part)
    filename = _one_line(attachment.filename)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", filename))
    if content_id := _one_line(attachment.content_id).strip("<> "):
        part["Content-ID"] = f"<{content_id}>"
    return part


def _is_name(name: str) -> bool:
    """Whether this can stand before the colon of a header (RFC 5322 3.6.8)."""
    printable = all("!" <= character <= "~" and character != ":" for character in name)
    return printable and 0 < len(name) <= _MAX_NAME_CHARS


def _header_value(name: str, value: str) -> str:
    """The value on lines of mail: folded, and as encoded words where it is not ASCII."""
    line = _one_line(value)
    if not line.isascii() and name.lower() in _OF_ADDRESSES:
        pairs = getaddresses([line])
        with suppress(UnicodeError, RecursionError):  # an address that is not ASCII itself
            if all("@" in address for _, address in pairs):  # else it is none, and would be cut
                line = ", ".join(map(formataddr, pairs))
    charset = "us-ascii" if line.isascii() else "utf-8"
    header = Header(line, charset, maxlinelen=78, header_name="x" * 20)
    return header.encode("; \t,", linesep="\r\n")


def _one_line(value: str) -> str:
    return " ".join(value.encode("utf-8", "replace").decode().replace("\0", "").split())
