"""Messages made to hurt: structure, headers, encodings, characters, quotes. Pages are elsewhere."""

import base64
import random
from collections.abc import Callable, Mapping

from service.mail.limits import MAX_MESSAGE_BYTES, MAX_TEXT_CHARS
from tests.reliability.hostile_pages import PAGES

_FROM = b"From: a@b.example\n"
_FULL = MAX_MESSAGE_BYTES - 4_096  # room for headers
_TEXT = b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n"


def mixed(body: bytes) -> bytes:
    return _FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + body


def typed(content: bytes, charset: bytes = b"utf-8", encoding: bytes = b"8bit") -> bytes:
    return _FROM + _TEXT % (charset, encoding) + content


def filled(piece: bytes, size: int = _FULL) -> bytes:
    return piece * (size // len(piece))


def lines_of(line: str, n_lines: int = 3_000) -> bytes:
    """A text of ``n_lines`` such lines, cut where every text is."""
    return typed("\n".join([line] * n_lines)[:MAX_TEXT_CHARS].encode())


def nested(levels: int, kind: bytes = b"mixed", closing: bytes = b"") -> bytes:
    parts = (
        b"Content-Type: multipart/%s; boundary=b%d\n\n--b%d\n" % (kind, n, n) for n in range(levels)
    )
    return _FROM + b"".join(parts) + b"\nhi" + closing


def attached(levels: int, inner: bytes) -> bytes:
    return _FROM + b"Content-Type: message/rfc822\n\n" * levels + inner


def noise(size: int) -> bytes:
    return random.Random(13).randbytes(size)


STRUCTURE: dict[str, Callable[[], bytes]] = {
    "50,000 empty parts": lambda: mixed(b"--b\n\n\n" * 50_000),
    "199 empty parts": lambda: mixed(b"--b\n\n\n" * 199),
    "199 texts": lambda: mixed(b"--b\n\nWe need %d pumps.\n" * 199 % (*range(199),)),
    "19,999 lines of dashes": lambda: mixed(b"--b\n" + b"--x\n" * 19_990),
    "19,999 lines of the boundary and more": lambda: mixed(b"--b\n\n" + b"--bb\n" * 19_990),
    "5,000 nested multiparts": lambda: nested(5_000),
    "500 nested multiparts and a dash line": lambda: nested(500, closing=b"\n--"),
    "19 nested multiparts never closed": lambda: nested(19),
    "19 nested multiparts around 8 MB": lambda: nested(19) + filled(b"pumps ", 8_000_000),
    "19 nested alternatives around 8 MB of HTML": lambda: nested(19, b"alternative").replace(
        b"\nhi", b"Content-Type: text/html\n\n" + filled(b"<p>pumps</p>\n", 8_000_000)
    ),
    "multiparts with one boundary": lambda: (
        _FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 19 + b"\nhi"
    ),
    "a boundary of 16,000 letters": lambda: (
        _FROM + b"Content-Type: multipart/mixed; boundary=" + b"b" * 16_000 + b"\n\n"
        + (b"--" + b"b" * 16_000 + b"\n\nhi\n") * 100
    ),
    "an empty boundary": lambda: (
        _FROM + b'Content-Type: multipart/mixed; boundary=""\n\n' + b"--\n\nhi\n" * 19_000
    ),
    "a boundary that never comes in 24 MB": lambda: mixed(filled(b"pumps and seals\n")),
    "1,500 attached in each other": lambda: attached(1_500, b"hi"),
    "18 attached around 24 MB": lambda: attached(18, filled(b"pumps\n")),
    "an attached 50,000 parts": lambda: attached(1, mixed(b"--b\n\n\n" * 50_000)),
    "an attached 199 pages": lambda: attached(
        1, mixed(b"--b\nContent-Type: text/html\n\n<p>pumps<p>\n" * 199)
    ),
    "a digest of 199": lambda: (
        _FROM + b"Content-Type: multipart/digest; boundary=b\n\n"
        + b"--b\n\nSubject: a\n\nb\n" * 199
    ),
    "message/partial of 24 MB": lambda: (
        _FROM + b"Content-Type: message/partial; id=a; number=1; total=9\n\n" + filled(b"a b\n")
    ),
    "199 attachments with long names": lambda: mixed(
        b"--b\nContent-Disposition: attachment; filename=%s\n\nhi\n" % (b"f" * 600) * 199
    ),
    "1,900 lines of Content-Type": lambda: mixed(b"--b\n\n" + b"Content-Type: message/x\n" * 1_900),
    "20,000 lines of Content-Type": lambda: mixed(b"--b\n\n" + b"Content-Type: a/b\n" * 20_000),
    "24 MB of junk among the headers": lambda: (
        _FROM + b"Content-Type: text/plain\n" + filled(b"a\n")
    ),
    "24 MB of junk among a part's headers": lambda: mixed(
        b"--b\nContent-Type: text/plain\n" + filled(b"a\n")
    ),
    "95 parts with 250 KB of junk among their headers": lambda: mixed(
        (b"--b\n" + b"a\n" * 125_000 + b"\nhi\n") * 95
    ),
    "a boundary in an encoded word above 24 MB of junk": lambda: (
        _FROM + b"Content-Type: multipart/mixed; =?utf-8?q?boundar=79?==b\n\n--b\n"
        + filled(b"a\n")
    ),
    "95 texts of 256 KB": lambda: mixed((b"--b\n\n" + b"pump " * 52_000 + b"\n") * 95),
    "95 pages of 256 KB": lambda: mixed(
        (b"--b\nContent-Type: text/html\n\n" + b"<p>pump</p>" * 23_000 + b"\n") * 95
    ),
    "199 pages of 2,000 tags": lambda: mixed(
        (b"--b\nContent-Type: text/html\n\n" + b"<p>a" * 2_000 + b"\n") * 199
    ),
    "199 pages of 1,000 style rules": lambda: mixed(
        (b"--b\nContent-Type: text/html\n\n<style>" + b".a{color:red}" * 1_000 + b"</style>a\n")
        * 199
    ),
    "11 pages of 2 MB": lambda: mixed(
        (b"--b\nContent-Type: text/html\n\n" + b"<p>pump</p>" * 190_000 + b"\n") * 11
    ),
    "24 MB of mbox separators in a part": lambda: mixed(b"--b\n" + filled(b"From a@b Mon Jan\n")),
    "24 MB of line feeds in 19 alternatives": lambda: (
        nested(19, b"alternative") + b"\n" * (_FULL - 4_096)
    ),
    "24 MB below a dash line": lambda: _FROM + b"\nhi\n--\n" + filled(b"a b c d\n"),
    "broken base64 in 199 parts": lambda: mixed(
        b"--b\nContent-Transfer-Encoding: base64\n\n!!\xff\n" * 199
    ),
}  # fmt: skip

HEADERS: dict[str, Callable[[], bytes]] = {
    "20,000 addresses in one header": lambda: b"To: " + b"a@b.example, " * 20_000 + b"\n\nhi",
    "20,000 addresses in many headers": lambda: (
        b"To: " + b"a@b.example,\nTo: " * 20_000 + b"\n\nhi"
    ),
    "16 headers of 1,200 addresses": lambda: (
        (b"Cc: " + b"a@b.example, " * 1_200 + b"\n") * 16 + b"\nhi"
    ),
    "10,000 parameters": lambda: b"Content-Type: text/plain" + b"; a=b" * 10_000 + b"\n\nhi",
    "2,700 parameters": lambda: b"Content-Type: text/plain" + b"; a=b" * 2_700 + b"\n\nhi",
    "10,000 semicolons": lambda: b"Content-Type: text/plain" + b";" * 10_000 + b"\n\nhi",
    "1,000 parts of one parameter": lambda: (
        b"Content-Type: text/plain"
        + b"".join(b"; name*%d*=%%41" % n for n in range(1_000))
        + b"\n\nhi"
    ),
    "quoted parameters never closed": lambda: mixed(
        b"--b\nContent-Type: text/plain" + b'; name="' * 1_900 + b"\n\nhi\n--b--"
    ),
    "10,000 encoded words": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 10_000 + b"\n\nhi",
    "16,000 encoded words in 1,000 headers": lambda: (
        (b"X: " + b"=?utf-8?q?a?= " * 16 + b"\n") * 999 + b"\nhi"
    ),
    "encoded words of changing charsets": lambda: (
        (b"X: " + b"=?utf-8?q?=C3?= =?big5?q?=A4?= " * 8 + b"\n") * 800 + b"\nhi"
    ),
    "encoded words never closed": lambda: (
        (b"Subject: " + b"=?utf-8?q?" * 1_600 + b"\n") * 15 + b"\nhi"
    ),
    "encoded words of paddings": lambda: (
        (b"Subject: =?utf-8?b?" + b"QQ==" * 4_000 + b"?=\n") * 15 + b"\nhi"
    ),
    "encoded words in Shift JIS escapes": lambda: (
        (b"X: =?iso-2022-jp?q?" + b"=1B$B" * 3_000 + b"?=\n") * 15 + b"\nhi"
    ),
    "From ( x 500": lambda: b"From: " + b"(" * 500 + b"\n\nhi",
    "From ( x 16,000": lambda: b"From: " + b"(" * 16_000 + b"\n\nhi",
    'From "\\ x 8,000': lambda: b"From: " + b'"\\' * 8_000 + b"\n\nhi",
    "From < x 16,000": lambda: b"From: " + b"<" * 16_000 + b"@\n\nhi",
    "5,000 folds in one header": lambda: b"Subject: a\n" + b" b\n" * 5_000 + b"\nhi",
    "100,000 folds": lambda: b"Subject: a\n" + b" b\n" * 100_000 + b"\nhi",
    "16,000 empty folds": lambda: b"Subject: a\n" + b" \n" * 16_000 + b"\nhi",
    "999 headers of 250 bytes": lambda: (b"X-Y: " + b"pumps " * 40 + b"\n") * 999 + b"\nhi",
    "999 headers of 8-bit bytes": lambda: (b"X-Y: " + b"\xe9\xff" * 120 + b"\n") * 999 + b"\nhi",
    "100,000 headers": lambda: b"a: b\n" * 100_000 + b"\nhi",
    "a header of 24 MB": lambda: b"Subject: " + b"a" * _FULL + b"\n\nhi",
    "24 MB of mbox separators": lambda: filled(b"From a@b Mon Jan 1\n"),
    "part headers up to their bound": lambda: mixed((b"--b\n" + b"a: b\n" * 250 + b"\n") * 100),
    "a Message-ID of 16,000 words": lambda: b"Message-ID: " + b"a " * 8_000 + b"\n\nhi",
    "a subject of marks": lambda: b"Subject: " + "e\u0301".encode() * 5_000 + b"\n\nhi",
}

ENCODINGS: dict[str, Callable[[], bytes]] = {
    "charset idna": lambda: typed(b"a." * 12_000_000, b"idna"),
    "charset punycode": lambda: typed(b"a-" * 12_000_000, b"punycode"),
    "charset unicode_escape": lambda: typed(b"\\u0041" * 2_000_000, b"unicode_escape"),
    "charset zlib": lambda: typed(b"a" * 2_000_000, b"zlib"),
    "8 MB in charset utf-7": lambda: typed(filled(b"+AGE-", 8_000_000), b"utf-7"),
    "8 MB in charset hz": lambda: typed(filled(b"~{VP~}", 8_000_000), b"hz"),
    "8 MB in charset iso-2022-jp": lambda: typed(
        filled(b"\x1b$B\x1b(B", 8_000_000), b"iso-2022-jp"
    ),
    "8 MB in charset gb18030": lambda: typed(filled(b"\x81\x30\x81\x30", 8_000_000), b"gb18030"),
    "8 MB in charset utf-16": lambda: typed(filled(b"a\x00", 8_000_000), b"utf-16"),
    "8 MB of noise": lambda: typed(noise(8_000_000), b"x-unknown"),
    "24 MB of noise": lambda: typed(noise(_FULL), b"utf-8"),
    "24 MB of noise without headers": lambda: noise(_FULL),
    "24 MB of zero bytes": lambda: typed(b"\x00" * _FULL),
    "199 texts of noise": lambda: mixed(
        b"".join(b"--b\nContent-Type: text/plain\n\n\xe9" + bytes([n]) * 4_096 + b"\n"
                 for n in range(56, 255))
    ),
    "a charset of 16,000 letters": lambda: typed(b"hi", b"x" * 16_000),
    "24 MB of base64": lambda: typed(filled(base64.encodebytes(b"pumps " * 9)), encoding=b"base64"),
    "8 MB of base64 letters": lambda: typed(b"A" * 11_000_000, encoding=b"base64"),
    "8 MB of base64 paddings": lambda: typed(b"QQ==" * 2_000_000, encoding=b"base64"),
    "24 MB of base64 signs": lambda: typed(b"=" * _FULL, encoding=b"base64"),
    "24 MB that is no base64": lambda: typed(filled(b"!?\xff\n"), encoding=b"base64"),
    "broken base64 of 8 MB": lambda: typed(b"!" + b"QUFB\n" * 1_600_000, encoding=b"base64"),
    "8 MB of quoted-printable": lambda: typed(b"=3D" * 2_700_000, encoding=b"quoted-printable"),
    "24 MB of soft line ends": lambda: typed(filled(b"=\n"), encoding=b"quoted-printable"),
    "24 MB of = signs": lambda: typed(b"=" * _FULL, encoding=b"quoted-printable"),
    "24 MB of spaces at line ends": lambda: typed(
        filled(b" " * 997 + b"\n"), encoding=b"quoted-printable"
    ),
    "8 MB of uuencode": lambda: typed(filled(b"M" + b"0" * 60 + b"\n"), encoding=b"x-uuencode"),
    "an encoding of 16,000 letters": lambda: typed(b"hi", encoding=b"x" * 16_000),
}  # fmt: skip

TEXTS: dict[str, Callable[[], bytes]] = {
    "one line of 24 MB": lambda: typed(b"a" * _FULL),
    "24 MB of spaces": lambda: typed(b" " * _FULL),
    "24 MB of line feeds": lambda: typed(b"\n" * _FULL),
    "24 MB of carriage returns": lambda: b"\r" * _FULL,
    "24 MB of \\r\\r\\n": lambda: filled(b"\r\r\n"),
    "24 MB of tabs and feeds": lambda: typed(filled(b"\t\x0b\x0c")),
    "65,536 marks on one letter": lambda: typed(b"e" + "\u0301".encode() * 100_000),
    "65,536 letters with marks": lambda: typed("e\u0323\u0301".encode() * 40_000),
    "65,536 marks in reverse order": lambda: typed("e\u0301\u0323".encode() * 40_000),
    "invisible characters": lambda: typed("\u200b\u2060\u00ad".encode() * 40_000),
    "a pump between invisible characters": lambda: typed("p\u200b\u202e".encode() * 40_000),
    "words that mix two scripts": lambda: typed("\u0430a ".encode() * 60_000),
    "one word that mixes two scripts": lambda: typed("\u0430a".encode() * 60_000 + b"\xd1\x8f"),
    "mathematical letters": lambda: typed("\U0001d41a ".encode() * 50_000),
    "characters of four bytes": lambda: typed("\U0001f529".encode() * 70_000),
    "Hangul letters": lambda: typed("\u1100\u1161\u11a8".encode() * 30_000),
    "1,000 levels of quotes": lambda: typed(b"\n".join([b"> " * 1_000 + b"pumps"] * 30)),
    "quotes that deepen": lambda: typed(b"\n".join(b">" * n + b" a" for n in range(360))),
    "3,000 quotes and answers": lambda: lines_of("> when?\n\nin May, please"),
    "65,536 quote marks": lambda: typed(b">" * 65_536),
    "3,000 reply headers": lambda: lines_of("On 1 May 2024, A wrote:"),
    "3,000 reply headers that wrap": lambda: lines_of("On 1 May 2024,\nA <a@b.c>"),
    "3,000 From fields": lambda: lines_of("From: a@b.example"),
    "3,000 blocks of fields": lambda: lines_of("From: a\nTo: b\n\n"),
    "3,000 forward marks": lambda: lines_of("-- Forwarded message --\nhi"),
    "3,000 original marks": lambda: lines_of("-----Original Message-----"),
    "3,000 rules": lambda: lines_of("_____"),
    "3,000 signature marks": lambda: lines_of("-- "),
    "3,000 greetings": lambda: lines_of("Kind regards,\nAnn"),
    "3,000 cards": lambda: lines_of("Ann Lee | +353 51 12345678"),
    "3,000 notices": lambda: lines_of("This e-mail is confidential and privileged."),
    "one notice of 65,536 letters": lambda: typed(b"This e-mail is confidential " * 2_300),
    "one line of 65,536 digits": lambda: typed(b"1" * 65_536),
    "one line of brackets": lambda: typed(b"([{<" * 16_000),
    "one line of addresses": lambda: typed(b"a@b.example " * 5_400),
    "one line of full stops": lambda: typed(b"a.b) " * 13_000),
    "one line of quotation marks": lambda: typed('"“'.encode() * 16_000),
    "3,000 lines of two letters": lambda: lines_of("a"),
    "30,000 empty lines with a letter": lambda: lines_of("a\n\n", 20_000),
    "3,000 banners": lambda: lines_of("CAUTION: This email originated outside"),
    "3,000 colons": lambda: lines_of("wrote:"),
}

FAMILIES: Mapping[str, Callable[[], bytes]] = {
    **STRUCTURE,
    **HEADERS,
    **ENCODINGS,
    **TEXTS,
    **{
        f"HTML: {name}": lambda page=page: typed(page()).replace(b"text/plain", b"text/html", 1)
        for name, page in PAGES.items()
    },
}
