"""What reading one message costs, measured in a child of its own: CPU, memory, how it ended.

``python -m tests.reliability.measure`` takes names of files on its standard input, forks for each,
and answers one line of JSON for each. A fork of a process that never parsed anything starts without
free memory to hide in, and a crash of a C library ends only the child.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from service.errors import MessageRefused
from service.mail.parse import parse_message
from service.message import Message
from service.text import build_text

ROOT = Path(__file__).parents[2]
MAX_CPU_MS = 250.0
MAX_PEAK_MIB = 64.0
# A machine whose cores are all busy takes up to twice the CPU time for the same work.
PATIENCE: Final = float(os.environ.get("HOSTILE_PATIENCE", "2"))
MAX_TEXT_BYTES = 1_000_000  # MAX_HEADER_BYTES and MAX_TEXT_CHARS of four bytes each, and to spare
_COMPARED_BYTES = 1_000_000  # line ends are read alike in a megabyte and in 25
_RUNS = 3
_PLAIN = b"From: Ann Lee <ann@a.example>\nSubject: Pumps\n\nWe need twenty pumps by May.\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """One message read.

    Shapes:
        outcome: "read", the name of the bound that refused it, or what went wrong.
    Units: CPU time, the least of three runs when one is over the bound; resident memory at its
        peak over that before.
    """

    outcome: str
    cpu_ms: float = 0.0
    peak_mib: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Whether the message was read or refused by name, within time and memory."""
        is_cheap = self.cpu_ms <= PATIENCE * MAX_CPU_MS and self.peak_mib <= MAX_PEAK_MIB
        return is_cheap and (self.outcome == "read" or self.outcome.startswith("max_"))


def read_text(raw: bytes) -> tuple[Message | None, str]:
    """The message and its text; no message and the bound's name when it is refused."""
    try:
        message = parse_message(raw)
    except MessageRefused as refused:
        return None, refused.limit
    return message, build_text(message)


def measure(raw: bytes) -> Cost:
    """What ``raw`` costs in this process."""
    read_text(_PLAIN)
    gc.collect()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, cpu_ms = timed(raw)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
    for _ in range(_RUNS - 1):
        if MAX_CPU_MS < cpu_ms < 4 * MAX_CPU_MS:  # else there is no doubt
            cpu_ms = min(cpu_ms, timed(raw)[1])
    return Cost(outcome_of(raw, found), cpu_ms, peak / 1024)


def timed(raw: bytes) -> tuple[tuple[Message | None, str], float]:
    """What ``read_text`` finds, and the milliseconds of CPU it takes."""
    started = time.process_time()
    found = read_text(raw)
    return found, 1e3 * (time.process_time() - started)


def outcome_of(raw: bytes, found: tuple[Message | None, str]) -> str:
    """How a message ended; whether its text is sound and CRLF gives the same is checked here."""
    message, text = found
    if len(text.encode()) > MAX_TEXT_BYTES:  # raises when it is no UTF-8
        return "text too long"
    beginning = raw[:_COMPARED_BYTES]
    dos = beginning.replace(b"\n", b"\r\n")
    if b"\r" not in raw and read_text(dos) != (
        found if len(beginning) == len(raw) else read_text(beginning)
    ):
        return "CRLF reads otherwise"
    return text if message is None else "read"


def measure_all(messages: Iterable[bytes], folder: Path) -> Iterator[Cost]:
    """What each message costs, without the coverage tool that would count as its own."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    path = folder / "message.eml"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.measure"],
        env=clean | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as meter:
        if meter.stdin is None or meter.stdout is None:
            raise AssertionError("pipes were asked for")
        for raw in messages:
            path.write_bytes(raw)
            meter.stdin.write(f"{path}\n")
            meter.stdin.flush()
            yield Cost(**json.loads(meter.stdout.readline()))
        meter.stdin.close()
    path.unlink(missing_ok=True)


def _measure_in_child(path: Path) -> Cost:
    """What a file costs a forked process that reads nothing else."""
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiver)
        try:
            cost = measure(path.read_bytes())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            cost = Cost(f"raised {type(error).__name__}: {error}"[:200])
        os.write(sender, json.dumps(asdict(cost)).encode())
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as answer:
        found = answer.read()
    _, status = os.waitpid(child, 0)
    return Cost(**json.loads(found)) if found else Cost(f"died with status {status}")


if __name__ == "__main__":
    for name in sys.stdin:
        print(json.dumps(asdict(_measure_in_child(Path(name.strip())))), flush=True)
