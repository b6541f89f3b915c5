"""Every bound on hostile input, each with its source. Over one of them a message is refused.

"measured" means: on the development machine (2 cores, Python 3.11, November 2026), chosen so that
the worst message under the bound stays within 0.25 s CPU and 64 MiB.
"""

from typing import Final

from service.errors import MessageRefused

MAX_MESSAGE_BYTES: Final = 25_000_000  # what Gmail and Exchange Online accept at most
MAX_HEADER_BLOCK_BYTES: Final = 262_144  # twice Postfix header_size_limit (102400), rounded up
MAX_HEADER_BYTES: Final = 16_384  # one header, folds included; about 400 recipients
MAX_HEADERS: Final = 1_000  # measured: 700 us; real mail stays under 150
MAX_DASH_LINES: Final = 20_000  # lines starting "--"; measured: 15 ms to parse as empty parts
MAX_PART_HEADERS_BYTES: Final = 131_072  # of all parts together; measured: 100 ms to scan
MAX_CONTENT_TYPES: Final = 2_000  # lines "Content-Type:", in text too; ten for each part
MAX_PARTS: Final = 200  # real mail stays under 60
MAX_DEPTH: Final = 20  # multiparts inside each other; real mail stays under 8
MAX_RECEIVED: Final = 50  # RFC 5321 6.3 asks for at least 100 hops before a loop; real mail has 15

# Not refusals: what is over these is cut, with a defect.
MAX_TEXT_CHARS: Final = 65_536  # ten times the longest sequence any encoder here reads
MAX_TEXT_BYTES: Final = 4 * MAX_TEXT_CHARS  # UTF-8 needs at most four per character
MAX_HTML_BYTES: Final = 2_097_152  # inline images as data: URIs are removed from these
MAX_HTML_CHARS: Final = 262_144  # Gmail clips at 102 KB
MAX_HTML_TAGS: Final = 2_000  # measured: 45 ms; tags after them are dropped, not their text
MAX_HTML_DEPTH: Final = 200  # Lexbor is quadratic in depth: 20,000 levels took 0.7 s
MAX_ATTRIBUTE_CHARS: Final = 2_000  # of one style or class
MAX_GUESSED_TEXTS: Final = 40  # the charset of further ones is not guessed; a guess takes 2 ms
MAX_READ_TAGS: Final = 3_000  # of all pages together; 256 characters take the time of a tag
MAX_FALLBACK_BYTES: Final = 131_072  # the standard library needs 110 ms for 18 nested parts
MAX_FALLBACK_LINES: Final = 8_192  # each is compared with up to 19 boundaries
MAX_BODY_BYTES: Final = 8_388_608  # decoding 24 MB takes 68 MiB; a longer text is read in part
MAX_FORWARDED_BYTES: Final = 2_097_152  # of an attached message
MAX_LINES: Final = 3_000  # with more, no history is looked for; measured: 35 ms
MAX_FILENAME_CHARS: Final = 255  # what file systems allow
MAX_ATTACHMENTS: Final = 100  # listed by name; the rest is counted by nobody
MAX_COMBINING_MARKS: Final = 30  # UAX #15, stream-safe text; NFC is quadratic in a run of them


def check(limit: str, measured: int) -> None:
    """Raise MessageRefused when ``measured`` is over the bound of that name."""
    bound: int = globals()[limit.upper()]
    if measured > bound:
        raise MessageRefused(limit, f"{measured} is over {bound}")
