"""How atheris is run: with what it starts from, for how long, and what it says at the end."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
FINDINGS = ROOT / "build" / "fuzz"
SEEDS = (ROOT / "tests" / "data" / "mail", ROOT / "datasets" / "mail")
_MAX_BYTES = 16_384  # of an input; bounds on size have tests of their own
_SLOW_S = 5  # of an input; a smaller bound would find the machine's noise


def run(check: Callable[[bytes], None]) -> None:
    """Fuzz for the seconds given as the argument; the process ends with 0 when nothing broke.

    An input that breaks a promise is left in ``build/fuzz``.
    """
    FINDINGS.mkdir(parents=True, exist_ok=True)
    seconds = sys.argv[1] if len(sys.argv) > 1 else "20"
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found"
        found.mkdir()
        options = [
            sys.argv[0],
            str(found),
            *map(str, SEEDS),
            f"-max_total_time={seconds}",
            f"-max_len={_MAX_BYTES}",
            f"-timeout={_SLOW_S}",
            f"-artifact_prefix={FINDINGS}/",
            "-rss_limit_mb=1024",
            "-print_final_stats=1",
            "-verbosity=1",
        ]
        atheris.Setup(options, check)
        atheris.Fuzz()
