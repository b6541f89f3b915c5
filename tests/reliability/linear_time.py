"""``python -m tests.reliability.linear_time``: time grows with the size of a text, not faster.

Thirteen families of input at a quarter, a half and all of the size that the bounds let through,
each through the four steps that read it. CPU time, the least of many runs, each run 5 ms or longer.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.mail.html import visible_text
from service.mail.limits import MAX_HTML_TAGS, MAX_LINES, MAX_TEXT_CHARS
from service.mail.parse import compose_message
from service.mail.reply import new_text
from service.model.bundle import load_bundle
from service.model.tokens import Tokenizer
from service.text import build_text

MAX_GROWTH = 2.3
MAX_FULL_MS = 50.0
BUNDLE = Path(__file__).parents[2] / "models" / "default"
_MIN_RUN_S = 0.005
_ROUNDS = 5
_MAX_ROUNDS = 25
_TAIL = "We need twenty pumps by May. "

FAMILIES: Mapping[str, str] = {
    "words": _TAIL,
    "lines": "We need twenty pumps.\n",
    "quotes": "> When do you need them?\nIn May.\n",
    "deep quotes": "> > > > When?\n> > Soon.\n",
    "reply headers": "On 1 May 2024, Ann wrote:\n> hi\n\n",
    "fields": "From: Ann\nTo: Bob\nSoon.\n",
    "signatures": "Kind regards,\nAnn Lee\n\n",
    "paragraphs": "<p>We need pumps</p>",
    "open tags": "<b><i>We need pumps",
    "styles": '<p style="color:#123456;margin:0" class=a>We need pumps',
    "rules": "<style>.a{font-size:9pt}</style><p class=a>We need pumps",
    "tables": "<tr><td>20<td>pumps",
    "characters": "Gr\u00f6\u00dfe &eacute; e\u0301\u0323\u200b ",
}


@dataclass(slots=True)
class Growth:
    """Least CPU milliseconds of a step at n, 2n and 4n."""

    times: list[float] = field(default_factory=lambda: [float("inf")] * 3)

    @property
    def worst(self) -> float:
        """The larger of t(2n) / t(n) and t(4n) / t(2n)."""
        once, twice, full = self.times
        return max(twice / once, full / twice)

    @property
    def holds(self) -> bool:
        """Whether both promises are kept."""
        return self.worst <= MAX_GROWTH and self.times[-1] <= MAX_FULL_MS


def steps() -> dict[str, Callable[[str], object]]:
    """What reads a text, by name."""
    bundle = load_bundle(BUNDLE)
    tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
    return {
        "html": visible_text,
        "reply": new_text,
        "text": _read_both_ways,
        "tokens": tokenizer.tokenize,
    }


def sizes(piece: str) -> tuple[str, str, str]:
    """A quarter, half and all of the pieces that no bound cuts."""
    n_full = MAX_TEXT_CHARS // len(piece)
    if "\n" in piece:
        n_full = min(n_full, (MAX_LINES - 1) // piece.count("\n"))
    if "<" in piece:
        n_full = min(n_full, MAX_HTML_TAGS // piece.count("<"))
    n = n_full // 4
    return piece * n, piece * 2 * n, piece * 4 * n


def measure(step: Callable[[str], object], texts: tuple[str, str, str]) -> Growth:
    """The growth of a step, measured again until it holds or rounds are used up."""
    growth = Growth()
    repeats = [_repeats(step, text) for text in texts]
    for n in range(_MAX_ROUNDS):
        for k, text in enumerate(texts):
            growth.times[k] = min(growth.times[k], cpu_ms(step, text, repeats[k]))
        if n + 1 >= _ROUNDS and growth.holds:
            break
    return growth


def cpu_ms(step: Callable[[str], object], text: str, n_repeats: int = 1) -> float:
    """Milliseconds of CPU of one call, averaged over ``n_repeats``."""
    started = time.process_time()
    for _ in range(n_repeats):
        step(text)
    return 1e3 * (time.process_time() - started) / n_repeats


def _repeats(step: Callable[[str], object], text: str) -> int:
    """How many calls take 5 ms."""
    return 1 + int(_MIN_RUN_S * 1e3 / max(cpu_ms(step, text), 0.01))


def _read_both_ways(text: str) -> str:
    """The text of a message that has it as its plain body, or as a page where it has tags."""
    is_page = "<" in text[:200]
    message = compose_message(html=text) if is_page else compose_message(text=text)
    return build_text(message)


def measure_all() -> Iterator[tuple[str, str, Growth]]:
    """Family, step and growth, one after the other."""
    for name, step in steps().items():
        for family, piece in FAMILIES.items():
            yield family, name, measure(step, sizes(piece))


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    found = []
    print(f"{'family':<16}{'step':<8}{'n':>9}{'2n':>9}{'4n':>9} ms{'growth':>9}")
    for family, step, growth in measure_all():
        times = "".join(f"{ms:9.2f}" for ms in growth.times)
        mark = "" if growth.holds else "  <- over"
        print(f"{family:<16}{step:<8}{times}   {growth.worst:9.2f}{mark}", flush=True)
        found.append(growth)
    worst, slowest = max(g.worst for g in found), max(g.times[-1] for g in found)
    print(f"worst growth {worst:.2f} (at most {MAX_GROWTH}), ", end="")
    print(f"slowest full size {slowest:.1f} ms (at most {MAX_FULL_MS:.0f})")
    return 0 if all(growth.holds for growth in found) else 1


if __name__ == "__main__":
    sys.exit(main())
