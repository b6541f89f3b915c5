"""The header block of a message: bounded before it is read, in order, unfolded, decoded."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from service.mail.characters import clean_line, decode_bytes, decode_words
from service.mail.limits import MAX_HEADER_BLOCK_BYTES, MAX_HEADER_BYTES, check
from service.message import Address

_HEADER_LINE: Final = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")


def split_headers(raw: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """Header names with their unfolded values, and where the body starts.

    Raises:
        MessageRefused: the block, a single header or their number is over its bound.
    """
    fields: list[tuple[str, list[bytes]]] = []
    length = end = 0
    for line, end in _header_lines(raw):
        check("max_header_block_bytes", end)
        length = len(line) + (length if line[:1] in b" \t" else 0)
        check("max_header_bytes", length)
        if line[:1] not in b" \t":
            name, _, value = line.partition(b":")
            fields.append((name.decode("ascii").rstrip(), [value.strip()]))
            check("max_headers", len(fields))
        elif fields:
            fields[-1][1].append(line.strip())
    start = end + 2 if raw[end : end + 2] == b"\n\n" else end + (end > 0)
    return [(name, b" ".join(lines)) for name, lines in fields], start


def _header_lines(raw: bytes, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """Lines of a header block with the offset each ends at, up to the first that is none."""
    size = len(raw)
    while start < size:
        end = raw.find(b"\n", start, start + MAX_HEADER_BYTES + 1)
        if end < 0:
            end = min(size, start + MAX_HEADER_BYTES + 1)
        line = raw[start:end]
        if not line or not (line[:1] in b" \t" or _HEADER_LINE.match(line)):
            return
        yield line, end
        start = end + 1


def part_starts(raw: bytes) -> list[int]:
    """Where a part may begin: below each line that starts with dashes.

    Raises:
        MessageRefused: there are more such lines than the bounds allow.
    """
    starts: list[int] = []
    dashes = raw.find(b"\n--")
    while dashes >= 0 and (start := raw.find(b"\n", dashes + 1) + 1):
        starts.append(start)
        check("max_dash_lines", len(starts))
        dashes = raw.find(b"\n--", start - 1)
    return starts


def has_endless_headers(raw: bytes, starts: Sequence[int]) -> bool:
    """Whether a lenient parser would take more for headers than the bound of a block.

    fast-mail-parser reads headers up to a blank line, whatever the lines are: 24 MB of them took
    2 s and 700 MiB.
    """
    size = end = 0
    for start in (0, *starts):
        if start >= end:
            blank = raw.find(b"\n\n", max(0, start - 1))
            end = blank if blank >= 0 else len(raw)
            size += max(0, end - start)
    return size > MAX_HEADER_BLOCK_BYTES


def check_part_headers(raw: bytes, starts: Sequence[int]) -> None:
    """Refuse a message whose parts have headers over the bounds, whoever will read them.

    Raises:
        MessageRefused: one header or all of them together are too long.
    """
    total = 0
    for start in starts:
        length = 0
        for line, _ in _header_lines(raw, start):
            if line.startswith(b"--"):
                break
            length = len(line) + (length if line[:1] in b" \t" else 0)
            total += len(line) + 1
            check("max_header_bytes", length)
            check("max_part_headers_bytes", total)


def decode_header(value: bytes) -> str:
    """A header value as text on one line: 8-bit bytes and encoded words read, nothing hidden."""
    return clean_line(decode_words(decode_bytes(value, None, guess=False).text))


def check_headers(headers: Sequence[tuple[str, str]]) -> None:
    """Refuse headers that came already parsed by the same bounds as raw ones."""
    check("max_headers", len(headers))
    sizes = [len(name) + len(value) for name, value in headers]
    check("max_header_bytes", max(sizes, default=0))
    check("max_header_block_bytes", sum(sizes))


def read_mailbox(value: str) -> Address | None:
    """The first mailbox of an address header that is still encoded; None if it names nobody."""
    value = value.strip()
    start = value.find('"', 1) + 1 if value.startswith('"') else 0
    opening = value.find("<", start)
    if opening >= 0:
        address = value[opening + 1 :].partition(">")[0]
        name = value[:opening]
    else:
        address = next((token for token in re.split(r"[\s,;()]", value) if "@" in token), "")
        name = value[value.find("(") + 1 :].partition(")")[0] if "(" in value else ""
    address = clean_line(address).strip("\"'").lower()
    if "@" not in address and not (opening >= 0 and address):
        return None
    return Address(name=clean_line(decode_words(name).replace('"', "")), address=address)
