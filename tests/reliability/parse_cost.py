"""``python -m tests.reliability.parse_cost``: CPU of reading a message, beside other readers.

Every message of the repository; for each the least of several runs, in one process and interleaved,
so that all readers share the machine's moods.
"""

import email
import email.policy
import sys
import time
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from service.mail.html import visible_text
from service.mail.parse import parse_message
from service.text import build_text

ROOT = Path(__file__).parents[2]
MAIL = (ROOT / "datasets" / "mail", ROOT / "tests" / "data" / "mail")
_RUNS = 7


class _Words(HTMLParser):
    """All text of a page: the least that a reader of HTML in Python can do."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read_html(page: str) -> str:
    """The text of a page by the standard library, hidden or not."""
    parser = _Words()
    parser.feed(page)
    parser.close()
    return " ".join(parser.words)


def read_default(raw: bytes) -> str:
    """Subject and body by the standard library's modern policy."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    content = body.get_content() if body is not None else ""
    return f"{message['subject']}{content}"


def read_compat32(raw: bytes) -> bytes:
    """Subject and bodies by the standard library's old policy, undecoded."""
    message = email.message_from_bytes(raw)
    texts = (part for part in message.walk() if part.get_content_maintype() == "text")
    return str(message["subject"]).encode("utf-8", "replace") + b"".join(
        part.get_payload(decode=True) or b"" for part in texts
    )


def least_ms(readers: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of CPU of each reader, NaN for one that raises."""
    least = dict.fromkeys(readers, float("inf"))
    for _ in range(_RUNS):
        for name, read in readers.items():
            started = time.process_time_ns()
            try:
                read()
            except Exception:  # noqa: BLE001 - what another library raises is its own affair
                least[name] = float("nan")
                continue
            least[name] = min(least[name], (time.process_time_ns() - started) / 1e6)
    return least


def messages() -> list[bytes]:
    """All mail of the repository."""
    return [path.read_bytes() for folder in MAIL for path in sorted(folder.glob("*.eml"))]


def pages(raws: list[bytes]) -> list[str]:
    """The HTML parts of mail that the standard library can decode."""
    parts = (
        part
        for raw in raws
        if b"text/html" in raw
        for part in email.message_from_bytes(raw).walk()
        if part.get_content_type() == "text/html"
    )
    found = (part.get_payload(decode=True) for part in parts)
    return [page.decode("utf-8", "replace") for page in found if isinstance(page, bytes)]


def show(title: str, times: list[dict[str, float]], unit: str) -> None:
    """Print p50, p99 and their ratios to the first reader's."""
    print(f"\n{title}: {len(times)}; CPU ms, least of {_RUNS} runs")
    print(f"{'':<44}{'p50':>9}{'p99':>9}{'ratio p50':>11}{'ratio p99':>11}{'failed':>8}")
    first: list[float] = []
    for name in times[0]:
        column = np.array([row[name] for row in times])
        shares = [float(share) for share in np.nanpercentile(column, (50, 99))]
        first = first or shares
        ratios = "".join(f"{mine / own:11.1f}" for mine, own in zip(shares, first, strict=True))
        failed = int(np.isnan(column).sum())
        print(f"{name:<44}{shares[0]:9.3f}{shares[1]:9.3f}{ratios}{failed:>8}  {unit}")


def main() -> int:
    """Print three tables: parsing, text, pages."""
    raws = messages()
    parsed = [parse_message(raw) for raw in raws]
    readers = {
        "signalbox parse_message": parse_message,
        "email, policy.default, body and subject": read_default,
        "email, compat32, payloads and subject": read_compat32,
    }
    show(
        "messages parsed",
        [least_ms({name: lambda r=read, m=raw: r(m) for name, read in readers.items()})
         for raw in raws],
        "message",
    )  # fmt: skip
    show(
        "texts built from a Message",
        [least_ms({"signalbox build_text": lambda m=message: build_text(m)}) for message in parsed],
        "message",
    )
    show(
        "pages read",
        [
            least_ms(
                {
                    "signalbox visible_text (on selectolax)": lambda p=page: visible_text(p),
                    "html.parser, words only, hidden ones too": lambda p=page: read_html(p),
                }
            )
            for page in pages(raws)
        ],
        "page",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
