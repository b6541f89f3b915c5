"""Raw bytes -> the tree of MIME parts, bounded before any parser sees them.

fast-mail-parser reads it; where that gives up (broken base64, a multipart whose boundary never
comes, a text of many megabytes) the standard library reads the beginning again. An attached
message is a leaf for both, so that neither copies it once per level (150 levels of 5 MB took 1 s):
``parse`` reads it by itself.
"""

import email
import re
from dataclasses import dataclass
from email.message import Message as StdlibMessage
from typing import Final

from fast_mail_parser import ParseError, PyLazyMimePart, parse_email_tree

from service.mail.characters import clean_line, decode_base64, decode_words
from service.mail.headers import check_part_headers, has_endless_headers, part_starts
from service.mail.limits import (
    MAX_BODY_BYTES,
    MAX_FALLBACK_BYTES,
    MAX_FALLBACK_LINES,
    MAX_FILENAME_CHARS,
    MAX_FORWARDED_BYTES,
    MAX_HTML_BYTES,
    MAX_TEXT_BYTES,
    check,
)

FORWARDED: Final = frozenset({"message/rfc822", "message/global", "message/news"})
_LEAF_ALIAS: Final = "application/x-leaf-"  # neither parser opens it
_SEALED: Final = (
    (b"message/", _LEAF_ALIAS.encode()),
    (b"multipart/digest", b"multipart/mixed"),
    (b"=?", b"text/"),  # fast-mail-parser reads an encoded word here, and so a hidden message
)
_NOT_BODY: Final = frozenset(
    f"text/{name}"
    for name in ("calendar", "css", "csv", "directory", "javascript", "rfc822-headers", "vcard",
                 "x-vcard", "xml")
)  # fmt: skip
_CONTENT_TYPE: Final = re.compile(
    rb"\n[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee][ \t]*:[ \t\n]*",
)
_CHARSET: Final = re.compile(r"""\bcharset\*?\s*=\s*["']?([^\s"';]{1,80})""", re.IGNORECASE)
_NAME: Final = re.compile(r"""\b(?:file)?name\*?\s*=\s*(?:"([^"]*)"|([^\s;]+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MimePart:
    """One node of the tree.

    Shapes:
        content: transfer-decoded bytes of a body or an attached message, empty for attachments.
        size_bytes: of the content, estimated from its encoded size.
        is_cut: whether ``content`` is only its beginning.
    """

    content_type: str
    charset: str | None = None
    filename: str = ""
    is_attachment: bool = False
    content: bytes = b""
    size_bytes: int = 0
    is_cut: bool = False
    children: "tuple[MimePart, ...]" = ()


def read_structure(raw: bytes) -> tuple[MimePart, tuple[str, ...]]:
    """The tree of parts and the names of the defects met on the way.

    Raises:
        MessageRefused: more parts, levels or part headers than the bounds allow.
    """
    starts = part_starts(raw)
    check_part_headers(raw, starts)
    sealed = _seal_messages(raw)
    if has_endless_headers(raw, starts):
        return _read_again(sealed)
    try:
        tree = parse_email_tree(sealed, mode="lazy")
        _check_tree(tree)
        return _from_fast(tree), ()
    except (ParseError, _BodyMissingError):
        return _read_again(sealed)


class _BodyMissingError(Exception):
    """A text that is not where it should be, or too long to be decoded whole."""


def _seal_messages(raw: bytes) -> bytes:
    """The bytes with every ``message/*`` renamed, so that no parser descends into it."""
    pieces: list[bytes | memoryview] = []
    end = 0
    for start in _content_types(raw):
        value = raw[start : start + 64].lower()
        written, sealed = next((pair for pair in _SEALED if value.startswith(pair[0])), (b"", b""))
        if written:
            pieces += (memoryview(raw)[end:start], sealed)
            end = start + len(written)
    return b"".join((*pieces, memoryview(raw)[end:])) if pieces else raw


def _content_types(raw: bytes) -> list[int]:
    """Where the values of Content-Type headers start; the first header has no line end before.

    Found in a copy in lower case: a pattern without case took 160 ms for 24 MB of line ends.
    """
    first = _CONTENT_TYPE.match(b"\n" + raw[:200])
    starts = [first.end() - 1] if first else []
    lowered = raw.lower()
    start = lowered.find(b"\ncontent-type")
    while start >= 0:
        if header := _CONTENT_TYPE.match(raw, start):
            starts.append(header.end())
            check("max_content_types", len(starts))
        start = lowered.find(b"\ncontent-type", start + 1)
    return starts


def _check_tree(tree: PyLazyMimePart) -> None:
    """Refuse a tree with too many parts or levels, without recursion."""
    n_parts, depth, level = 0, 0, [tree]
    while level:
        n_parts += len(level)
        depth += 1
        level = [child for part in level for child in part.children]
    check("max_parts", n_parts)
    check("max_depth", depth)


def _from_fast(part: PyLazyMimePart, *, is_root: bool = True) -> MimePart:
    """The same node in our own terms; recursion is as deep as ``_check_tree`` allows."""
    content_type = _plain_type(part.content_type)
    if content_type.startswith("multipart/"):
        if not part.children:
            raise _BodyMissingError
        children = tuple(_from_fast(child, is_root=False) for child in part.children)
        return MimePart(content_type, children=children)
    size = part.encoded_size or 0
    if _is_attachment(content_type, part.disposition or "", part.filename, is_root=is_root):
        is_base64 = "base64" in _last(part, "content-transfer-encoding").lower()
        size = size * 3 // 4 if is_base64 else size
        return _attachment(content_type, part.filename, size)
    if size > MAX_BODY_BYTES:
        raise _BodyMissingError
    return _body(content_type, _last(part, "content-type"), part.content or b"", part.filename)


def _last(part: PyLazyMimePart, name: str) -> str:
    """The value of a part's header, empty when absent."""
    return next((values[-1] for key, values in part.headers.items() if key.lower() == name), "")


def _read_again(raw: bytes) -> tuple[MimePart, tuple[str, ...]]:
    """The tree as the standard library reads it from the beginning of the message."""
    lines = raw[:MAX_FALLBACK_BYTES].split(b"\n", MAX_FALLBACK_LINES)
    beginning = b"\n".join(lines[:MAX_FALLBACK_LINES])
    check("max_parts", beginning.lower().count(b"multipart/"))
    check("max_parts", beginning.count(b"\n--") // 10)  # measured: 2,000 dash lines take 35 ms
    defects = ("broken_structure", *(("read_in_part",) if len(raw) > len(beginning) else ()))
    try:
        return _from_stdlib(email.message_from_bytes(beginning)), defects
    except (ValueError, LookupError):  # a boundary in a charset that is none, such as idna
        return _body("text/plain", "", beginning.partition(b"\n\n")[2]), defects


def _from_stdlib(part: "StdlibMessage[str, str]", depth: int = 1) -> MimePart:
    """The same node in our own terms, read leniently."""
    check("max_depth", depth)
    children = part.get_payload()
    if isinstance(children, list):
        return MimePart(
            part.get_content_type(),
            children=tuple(
                _from_stdlib(child, depth + 1)
                for child in children
                if isinstance(child, StdlibMessage)
            ),
        )
    content_type = _plain_type(part.get_content_type())
    declared = str(part.get("content-type", ""))
    disposition = str(part.get("content-disposition", ""))
    filename = _named(disposition) or _named(declared)
    content = _transfer_decoded(part)
    if content_type.startswith("multipart/"):  # its boundary never came
        return _body("text/plain", declared, content)
    if _is_attachment(content_type, disposition, filename, is_root=depth == 1):
        return _attachment(content_type, filename, len(content))
    return _body(content_type, declared, content, filename)


def _transfer_decoded(part: "StdlibMessage[str, str]") -> bytes:
    """Bytes of a leaf as far as its transfer encoding can be undone."""
    is_base64 = "base64" in str(part.get("content-transfer-encoding", "")).lower()
    if is_base64:
        del part["content-transfer-encoding"]
    content = part.get_payload(decode=True)
    leaf = content if isinstance(content, bytes) else b""
    return decode_base64(leaf) if is_base64 else leaf


def _body(content_type: str, declared: str, content: bytes, filename: str = "") -> MimePart:
    """A part that is read, up to the bound of its kind."""
    bounds = {"text/html": MAX_HTML_BYTES, **dict.fromkeys(FORWARDED, MAX_FORWARDED_BYTES)}
    kept = content[: bounds.get(content_type, MAX_TEXT_BYTES)]
    charset = _CHARSET.search(declared)
    return MimePart(
        content_type=content_type,
        charset=charset[1] if charset else None,
        filename=_filename(filename),
        content=kept,
        size_bytes=len(content),
        is_cut=len(kept) < len(content),
    )


def _attachment(content_type: str, filename: str, size_bytes: int) -> MimePart:
    """A part that is only named."""
    return MimePart(
        content_type=content_type,
        filename=_filename(filename),
        is_attachment=True,
        size_bytes=size_bytes,
    )


def _is_attachment(content_type: str, disposition: str, filename: str, *, is_root: bool) -> bool:
    """Whether a leaf is a file to be named, and not a text or a message to be read."""
    if content_type in FORWARDED:
        return False
    if not content_type.startswith("text/") or content_type in _NOT_BODY:
        return True
    placed = disposition.strip().lower()
    if is_root:
        return False
    return placed.startswith("attachment") or (placed.startswith("inline") and bool(filename))


def _plain_type(content_type: str) -> str:
    """The type of a part in lower case; RFC 2045 reads what is none as ``text/plain``."""
    kind = clean_line(content_type).lower().partition(";")[0].strip(" \"'")
    kind = kind.replace(_LEAF_ALIAS, "message/")
    return kind if kind.count("/") == 1 and not kind.endswith("/") else "text/plain"


def _named(value: str) -> str:
    """The file name among the parameters of a header, or empty."""
    found = _NAME.search(value)
    return (found[1] or found[2] or "") if found else ""


def _filename(name: str) -> str:
    """A file name as shown to a person, bounded."""
    return clean_line(decode_words(name))[:MAX_FILENAME_CHARS]
