"""A real Postfix with its own instance directory, on loopback, with the lines of deploy/postfix."""

import mailbox
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.servers import free_port

DEPLOY: Final = Path(__file__).parents[1] / "deploy" / "postfix"
TEAMS: Final = ("sales", "orders", "accounts", "support", "triage", "people")
_SERVICES: Final = """
pickup    unix  n - n 60  1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -   - proxymap
smtp      unix  - - n -   - smtp
error     unix  - - n -   - error
retry     unix  - - n -   - error
virtual   unix  - n n -   - virtual
lmtp      unix  - - n -   - lmtp
anvil     unix  - - n -   1 anvil
showq     unix  n - n -   - showq
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running instance: where it listens, and the mailboxes it delivers to."""

    folder: Path
    port: int
    lmtp_port: int
    reinjection_port: int

    def run(self, program: str, *arguments: str) -> str:
        command = [program, "-c", str(self.folder / "etc"), *arguments]
        # To a file: the daemons inherit it, and a pipe would stay open as long as they live.
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, timeout=60, check=False
            )
            output.seek(0)
            printed = output.read()
        assert done.returncode == 0, printed + self.log()
        return printed

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def retry_now(self) -> None:
        """Try everything in the queue, as `postqueue -f` does for an operator."""
        self.run("postqueue", "-f")

    def n_queued(self) -> int:
        return sum(line.startswith("{") for line in self.run("postqueue", "-j").splitlines())

    def inbox(self, team: str) -> list[mailbox.MaildirMessage]:
        folder = self.folder / "mail" / team
        return list(mailbox.Maildir(folder, create=False)) if folder.exists() else []


def start(folder: Path, **overrides: str) -> Iterator[Postfix]:
    """An instance under ``folder``; ends with the caller."""
    if shutil.which("postfix") is None or os.geteuid() != 0:
        message = "a real Postfix (Debian package postfix, run as root) is needed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    postfix = Postfix(folder, free_port(), free_port(), free_port())
    _configure(postfix, overrides)
    postfix.run("postfix", "start")
    try:
        _wait_until_it_listens(postfix)
        yield postfix
    finally:
        postfix.run("postfix", "stop")


def _configure(postfix: Postfix, overrides: dict[str, str]) -> None:
    etc = postfix.folder / "etc"
    for name in ("etc", "queue", "data", "mail"):
        (postfix.folder / name).mkdir(parents=True)
    for folder in (postfix.folder, *list(postfix.folder.parents)[:-2]):
        folder.chmod(0o755)
    shutil.chown(postfix.folder / "data", "postfix")
    shutil.chown(postfix.folder / "mail", "nobody", "nogroup")
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": postfix.folder / "queue",
        "data_directory": postfix.folder / "data",
        "maillog_file": postfix.folder / "log",
        "maillog_file_prefixes": postfix.folder,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": "mail.example.com",
        "mydestination": "",
        "alias_maps": "",
        "virtual_mailbox_domains": "example.com",
        "virtual_mailbox_base": postfix.folder / "mail",
        "virtual_mailbox_maps": f"texthash:{etc / 'mailboxes'}",
        "virtual_uid_maps": "static:65534",
        "virtual_gid_maps": "static:65534",
        "mynetworks": "127.0.0.0/8",
    } | overrides
    ours = (DEPLOY / "main.cf").read_text().replace("/etc/postfix/", f"{etc}/").splitlines()
    kept = [line for line in ours if line.partition(" ")[0] not in overrides]
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (etc / "main.cf").write_text("\n".join([*kept, *lines, ""]))
    back = (DEPLOY / "master.cf").read_text().replace("10026", str(postfix.reinjection_port))
    (etc / "master.cf").write_text(
        f"127.0.0.1:{postfix.port} inet n - n - - smtpd\n{_SERVICES}\n{back}"
    )
    transport = (DEPLOY / "signalbox-transport").read_text()
    (etc / "signalbox-transport").write_text(transport.replace("10024", str(postfix.lmtp_port)))
    mailboxes = "".join(f"{team}@example.com {team}/\n" for team in TEAMS)
    (etc / "mailboxes").write_text(f"{mailboxes}info@example.com people/\n")


def _wait_until_it_listens(postfix: Postfix) -> None:
    deadline = time.monotonic() + 30
    while "starting the Postfix mail system" not in postfix.log():
        if time.monotonic() > deadline:
            raise TimeoutError(postfix.log())
        time.sleep(0.05)
