"""What a mail carries from Signalbox to the team: headers, and the mailboxes it goes to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "X-Signalbox-"
UNCLASSIFIED: Final = "unclassified"  # the outcome when nobody could be asked in time
_OWN_HEADER: Final = re.compile(
    rb"^x-signalbox-[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part of an answer that travels with the mail.

    ``addresses``: the team that answers first, then those that get a copy. ``outcome`` is that of
    the decision, or ``UNCLASSIFIED``.
    """

    outcome: str
    addresses: tuple[str, ...]
    decision_id: str = ""
    label: str | None = None
    confidence: float | None = None
    also: Sequence[str] = ()
    reason: str | None = None

    def headers(self) -> Iterator[tuple[str, str]]:
        """Names and values, all ASCII."""
        yield f"{PREFIX}Outcome", self.outcome
        if self.decision_id:
            yield f"{PREFIX}Decision", self.decision_id
        if self.label is not None:
            yield f"{PREFIX}Label", self.label
        if self.confidence is not None:
            yield f"{PREFIX}Confidence", f"{self.confidence:.3f}"
        if self.also:
            yield f"{PREFIX}Also", ", ".join(self.also)
        if self.reason is not None:
            yield f"{PREFIX}Reason", self.reason


def stamp(raw: bytes, verdict: Verdict) -> bytes:
    """The mail with CRLF line ends, the verdict on top, and no other ``X-Signalbox-`` header.

    Whoever wants to forge a label must not be able to: a filter behind us trusts these headers.
    Line ends come first, because a lone CR becomes one on the way out.
    """
    lines = _unix_lines(raw).replace(b"\n", b"\r\n")
    head, end, body = (b"", b"", lines) if lines[:2] == b"\r\n" else lines.partition(b"\r\n\r\n")
    head = head.lstrip()  # a first line that is folded would continue our last header
    stamped = "".join(f"{name}: {value}\r\n" for name, value in verdict.headers())
    kept = _OWN_HEADER.sub(b"", head + b"\r\n" * bool(head))
    return stamped.encode("ascii") + kept + end[2:] + body


def _unix_lines(raw: bytes) -> bytes:
    r"""The mail with LF line ends; ``\r\r\n`` is one, as it is when the mail is parsed."""
    return raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
