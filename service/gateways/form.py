"""Form bodies, URL-encoded or multipart: fields as bytes, files as bytes, all of it bounded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from service.gateways.call import Call, PayloadUnreadable
from service.mail.characters import decode_bytes
from service.mail.limits import MAX_HEADER_BLOCK_BYTES

MAX_FIELDS: Final = 2_000  # Mailgun repeats every header as a field


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded attachment."""

    name: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """First value of each field, undecoded, and the files in order."""

    fields: Mapping[str, bytes]
    files: tuple[File, ...] = field(default=())

    def text(self, name: str, charset: str = "utf-8") -> str:
        """A field as text, empty when absent; a charset that cannot be is read as mail is."""
        return decode_bytes(self.fields.get(name, b""), charset, guess=False).text


def read_form(call: Call) -> Form:
    """The form in a call's body.

    Raises:
        PayloadUnreadable: no form, a broken one, or one with too many fields.
    """
    kind, options = parse_options_header(call.headers.get("content-type", ""))
    if kind == "application/x-www-form-urlencoded":
        return Form(_first(_urlencoded(call.body)))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise PayloadUnreadable("the body is not a form")
    try:
        segments = list(_segments(call.body, options["boundary"]))
    except (MultipartError, UnicodeError) as error:
        raise PayloadUnreadable("the multipart body is broken") from error
    return Form(
        _first((part.name, content) for part, content in segments if part.filename is None),
        tuple(_file(part, content) for part, content in segments if part.filename is not None),
    )


def read_signed_fields(call: Call, names: Sequence[str]) -> Form:
    """The form with these short fields alone, found without reading the rest of it.

    Whoever has not proven who they are does not get a whole form parsed.

    Raises:
        PayloadUnreadable: no form, or a broken one.
    """
    kind, _ = parse_options_header(call.headers.get("content-type", ""))
    if kind != "application/x-www-form-urlencoded":
        return read_form(call)
    fields = {}
    for name in names:
        found = re.search(rb"(?:^|&)%b=([^&]{0,256})(?:&|$)" % name.encode(), call.body)
        if found:
            fields[name] = unquote_to_bytes(found[1].replace(b"+", b" "))
    return Form(fields)


def _file(part: MultipartSegment, content: bytes) -> File:
    return File(part.name, part.filename or "", part.content_type or "", content)


def _urlencoded(body: bytes) -> list[tuple[str, bytes]]:
    # As Latin-1, in which every byte is one character: Python 3.11 fails on bytes beyond ASCII.
    text = body.decode("latin-1")
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="latin-1"
        )
    except ValueError as error:
        raise PayloadUnreadable("too many fields") from error
    encoded = ((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)
    return [(name.decode("utf-8", "replace"), value) for name, value in encoded]


def _segments(body: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    """Each part of a multipart body with its whole content."""
    part: MultipartSegment  # the parser names each before its content
    chunks: list[bytes] = []
    with PushMultipartParser(
        boundary, max_segment_count=MAX_FIELDS, max_header_size=MAX_HEADER_BLOCK_BYTES
    ) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                part, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            else:
                yield part, b"".join(chunks)


def _first(pairs: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
