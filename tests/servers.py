"""Real servers for tests: free ports, start, readiness, stop."""

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx2


@dataclass(frozen=True)
class Serving:
    """A running ``signalbox serve``, a client for it, and what it printed."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    url: str
    log: Path


Serve = Callable[..., AbstractContextManager[Serving]]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def wait_until_ready(client: httpx2.Client, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            if client.get("/readyz").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise TimeoutError("the server was not ready within 60 s")
