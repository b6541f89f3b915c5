"""Bytes of any declared charset -> clean characters: text in NFC that a person could see."""

import binascii
import codecs
import quopri
import re
import unicodedata
from typing import Final, NamedTuple

from charset_normalizer import from_bytes

from service.mail.limits import MAX_COMBINING_MARKS

_GUESS_SAMPLE_BYTES: Final = 4_096  # measured: under 3 ms for the worst bytes
_MAX_REPLACED_SHARE: Final = 0.02  # a declared charset that fails on more than this is wrong

# WHATWG Encoding, section 4.2: what senders who write the label mean. Nothing else is looked up,
# so idna, rot13, zlib and other codecs of Python cannot be named by a message.
_SUPERSETS: Final = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "cp65001": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf-7": "utf-7",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "hz-gb-2312": "hz",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-kr": "iso2022_kr",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "cp949": "cp949",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    "tis-620": "cp874",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "cp437": "cp437",
    "ibm850": "cp850",
    "cp850": "cp850",
    "ibm852": "cp852",
    "cp852": "cp852",
    "cp866": "cp866",
    "windows-874": "cp874",
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"{prefix}{n}": f"cp{n}" for prefix in ("windows-", "cp") for n in range(1250, 1259)},
}

# What charset-normalizer may answer: without a list it also finds EBCDIC in short mail.
_GUESSES: Final = sorted({codec for codec in _SUPERSETS.values() if not codec.startswith("utf-")})
_NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="),
)

_WIDE: Final = frozenset({"utf-16", "utf-32"})

_LINE_BREAKS: Final = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]",
)
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MAYBE_MARKS: Final = re.compile("[\u0300-\U0010ffff]")
_MARK_RUN: Final = re.compile(b"[^\\x00]{%d,}" % (MAX_COMBINING_MARKS + 1))
_ENCODED_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")

# UTS #39, confusables.txt: letters of Cyrillic and Greek that are drawn like one of Latin.
# A capital I is one here, which that file takes for a small L.
_LOOK_ALIKES: Final = str.maketrans(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u043e\u0440\u051b\u0455\u0475\u051d"
    "\u0445\u0443\u0410\u0412\u0421\u050c\u0415\u041d\u0406\u04c0\u0408\u041a\u041c"
    "\u041e\u0420\u051a\u0405\u0422\u0474\u051c\u0425\u0423\u04ae\u0401\u0407\u0451"
    "\u0457"
    "\u03b1\u03b3\u03b9\u03bd\u03bf\u03c1\u03c3\u03c5\u0391\u0392\u0395\u0396\u0397"
    "\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f2\u03f3",
    "acdehijopqsvwxyABCGEHIIJKMOPQSTVWXYYËÏëïayivopouABEZHIKMNOPTYXcj",
)
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_ALIKE: Final = "".join(map(chr, _LOOK_ALIKES))
_NEUTRAL: Final = "0-9_\u0300-\u036f"
_IN_WORD: Final = r"[\w\u0300-\u036f]"
_LOOK_ALIKE: Final = re.compile(f"[{_ALIKE}]")
_DISGUISED: Final = re.compile(  # words of Latin letters and look-alikes, at least one of each
    f"(?<!{_IN_WORD})(?=[{_NEUTRAL}{_ALIKE}]*[{_LATIN}])(?=[{_NEUTRAL}{_LATIN}]*[{_ALIKE}])"
    f"[{_NEUTRAL}{_LATIN}{_ALIKE}]+(?!{_IN_WORD})",
)
_STYLED: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]+")


class Decoded(NamedTuple):
    """Text, and the names of what was odd about its bytes."""

    text: str
    defects: tuple[str, ...] = ()


def clean_text(text: str) -> str:
    """The same text in NFC with LF line ends and nothing invisible in it but LF and tab."""
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n")
    text = _LINE_BREAKS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    if text.isascii():
        return text
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    text = _without_mark_runs(_SURROGATES.sub("\ufffd", text))
    text = _STYLED.sub(lambda letters: unicodedata.normalize("NFKC", letters[0]), text)
    return _in_latin(_without_mark_runs(unicodedata.normalize("NFC", text)))


def _in_latin(text: str) -> str:
    """The text with look-alikes made Latin in words that mix both; whole foreign words stay."""
    if not _LOOK_ALIKE.search(text):
        return text
    plain = _DISGUISED.sub(lambda word: word[0].translate(_LOOK_ALIKES), text)
    return unicodedata.normalize("NFC", plain)


def clean_line(text: str) -> str:
    """The same text cleaned and on one line, without space around it."""
    return " ".join(clean_text(text).split())


def character_defects(text: str) -> tuple[str, ...]:
    """Names of what cleaning will remove that a sender does not type."""
    found = []
    if _INVISIBLE.search(text):
        found.append("invisible_characters")
    if _CONTROLS.search(text):
        found.append("control_characters")
    return tuple(found)


def decode_bytes(
    content: bytes,
    charset: str | None,
    *,
    guess: bool = True,
    is_cut: bool = False,
) -> Decoded:
    """The characters of ``content``: as declared if that works, else UTF-8, else a guess.

    ``is_cut`` says that the content may end inside a character.
    """
    codec = _SUPERSETS.get((charset or "us-ascii").strip().lower())
    defects = () if codec else ("unknown_charset",)
    if codec in _WIDE:
        codec = _wide_codec(content, codec)
    if codec and codec != "cp1252":
        text = _decode(content, codec, is_cut=is_cut)
        n_replaced = text.count("\ufffd")
        if n_replaced <= len(text) * _MAX_REPLACED_SHARE:
            return Decoded(text, ("undecodable_bytes",) if n_replaced else ())
        defects = ("wrong_charset",)
    if codec == "cp1252" and content.isascii() and b"\x1b$" not in content:
        return Decoded(content.decode("ascii"))
    text = _decode(content, "utf-8", is_cut=is_cut)
    if "\ufffd" in text or b"\x1b$" in content:
        text = _decode(content, _likely_codec(content, codec, charset, guess=guess), is_cut=is_cut)
    return Decoded(text, defects)


def _wide_codec(content: bytes, codec: str) -> str:
    """UTF-16 or UTF-32 by its byte order mark, else as Windows writes it; or plain ASCII."""
    if content.isascii() and b"\x00" not in content:
        return "cp1252"
    return f"{codec}-be" if content.lstrip(b"\x00").startswith(b"\xfe\xff") else f"{codec}-le"


def _likely_codec(content: bytes, codec: str | None, charset: str | None, *, guess: bool) -> str:
    """The codec to read bytes with that are no UTF-8 and whose label is missing or wrong."""
    if b"\x1b$" in content:
        return "iso2022_jp_ext"
    if not guess or (codec == "cp1252" and charset and "ascii" not in charset.lower()):
        return "cp1252"
    best = from_bytes(content[:_GUESS_SAMPLE_BYTES], cp_isolation=_GUESSES).best()
    return best.encoding if best else "cp1252"


def _decode(content: bytes, codec: str, *, is_cut: bool) -> str:
    """Decoded with U+FFFD for what fails."""
    return codecs.getincrementaldecoder(codec)("replace").decode(content, not is_cut)


def decode_words(value: str) -> str:
    """A header value with its RFC 2047 encoded words read, also ones split inside a character."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        gap = value[end : word.start()]
        joined = not gap.strip() and end > 0
        if not joined or word[1].lower() != charset:
            pieces.append(_decode_word(pending, charset))
            pending = b""
        if not joined:
            pieces.append(gap)
        pending += _word_bytes(word[2].lower(), word[3])
        charset, end = word[1].lower(), word.end()
    pieces += (_decode_word(pending, charset), value[end:])
    return "".join(pieces)


def _decode_word(content: bytes, charset: str) -> str:
    """Characters of an encoded word; RFC 2231 lets the charset carry a language after ``*``."""
    return decode_bytes(content, charset.partition("*")[0], guess=False).text if content else ""


def _word_bytes(encoding: str, encoded: str) -> bytes:
    """Bytes of an encoded word, read as far as they decode."""
    ascii_bytes = encoded.encode("ascii", "replace")
    if encoding == "q":
        return quopri.decodestring(ascii_bytes, header=True)
    return decode_base64(ascii_bytes)


def decode_base64(encoded: bytes) -> bytes:
    """Bytes of base64 with what is not base64 skipped and missing padding supplied."""
    return b"".join(map(_decode_run, encoded.translate(None, _NOT_BASE64).split(b"=")))


def _decode_run(run: bytes) -> bytes:
    """Bytes of base64 letters up to a padding; a letter too many is left out."""
    whole = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _without_mark_runs(text: str) -> str:
    """The text with runs of combining marks shortened to what any script needs."""
    if not _MAYBE_MARKS.search(text):
        return text
    classes = bytes(map(unicodedata.combining, text))
    pieces, end = [], 0
    for run in _MARK_RUN.finditer(classes):
        pieces.append(text[end : run.start() + MAX_COMBINING_MARKS])
        end = run.end()
    return "".join((*pieces, text[end:])) if pieces else text
