"""The command line: ``signalbox serve | lmtp | classify | check``."""

import argparse
import asyncio
import signal
import socket
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import httpx2
import uvicorn

from service import telemetry
from service.api.schemas import FailedItem
from service.app import build_app, build_engine, build_gateways, build_relay
from service.bulk import answer_all, read_file, read_line
from service.errors import Corrupt
from service.lmtp import Listener, listen
from service.settings import Settings, load_settings

EXIT_BAD_INPUT: Final = 1
EXIT_CORRUPT: Final = 3
_EXAMPLE: Final = '{"subject": "PO 4471", "text": "It was promised for Monday. Where is it?"}'


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 some input was bad, 3 do not start."""
    arguments = _parser().parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again when it has stopped
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        settings = load_settings()
        telemetry.configure_logging(settings.log_level)
        status: int = arguments.run(settings, arguments)
    except Corrupt as error:
        print(f"signalbox: {error}", file=sys.stderr)
        return EXIT_CORRUPT
    return status


def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Answer HTTP until told to stop; finishes what it accepted."""
    app = build_app(settings, build_engine(settings))
    _Server(
        uvicorn.Config(
            app,
            host=str(settings.host),
            port=settings.port,
            access_log=False,
            log_config=None,
            loop="uvloop",
            http="httptools",
            server_header=False,
            timeout_graceful_shutdown=settings.stop_timeout_s,
        )
    ).run()
    return 0


def lmtp(settings: Settings, _: argparse.Namespace) -> int:
    """Take mail from a mail server and hand it on to its team, until told to stop."""
    asyncio.run(_listen(settings))
    return 0


async def _listen(settings: Settings) -> None:
    relay = build_relay(settings)
    async with httpx2.AsyncClient(timeout=settings.classify_timeout_s, trust_env=False) as client:
        await listen(
            Listener(relay, client, str(settings.classify_url)),
            str(settings.lmtp_host),
            settings.lmtp_port,
            stop_timeout_s=settings.stop_timeout_s,
            announce=_announce_lmtp,
        )
    relay.store.close()


def _announce_lmtp(host: str, port: int) -> None:
    print(f"Signalbox takes LMTP and SMTP on {host}:{port}", flush=True)


class _Server(uvicorn.Server):
    """Says where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in (each for server in self.servers for each in server.sockets):
            host, port = listener.getsockname()[:2]
            url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            print(
                f"Signalbox answers on {url} (contract: {url}/openapi.json). Try:\n\n"
                f"curl -s {url}/classify -H 'Content-Type: application/json' -d '{_EXAMPLE}'\n",
                flush=True,
            )


def classify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print one decision per message, as JSON lines in the order of the input."""
    _end_with_the_reader()
    engine = build_engine(settings)
    status = 0
    with closing(engine.lanes), ExitStack() as files:
        if arguments.jsonl is None:
            works = map(read_file, arguments.files)
        elif arguments.jsonl == "-":
            works = map(read_line, sys.stdin.buffer)
        else:
            try:
                lines = files.enter_context(Path(arguments.jsonl).open("rb"))
            except OSError as error:
                print(f"signalbox: {arguments.jsonl}: {error.strerror}", file=sys.stderr)
                return EXIT_BAD_INPUT
            works = map(read_line, lines)
        for result in answer_all(works, engine):
            print(result.model_dump_json())
            if isinstance(result, FailedItem):
                print(f"signalbox: {result.problem.detail}", file=sys.stderr)
                status = EXIT_BAD_INPUT
    return status


def check(settings: Settings, _: argparse.Namespace) -> int:
    """Load everything that ``serve`` would, and say what it is."""
    _end_with_the_reader()
    engine = build_engine(settings)
    engine.lanes.close()
    gateways = build_gateways(settings)
    manifest, reference = engine.classifier.manifest, engine.classifier.reference
    print(f"bundle   {settings.bundle_dir}: {reference.name} {reference.version}")
    print(f"digest   {reference.digest}")
    print(f"labels   {', '.join(manifest.labels)}")
    print(f"encoder  {manifest.encoder.name}, {manifest.max_tokens} tokens")
    thresholds = manifest.thresholds
    print(f"routes   at a confidence of {thresholds.route:.3f} or more")
    print(f"promise  at most {thresholds.risk:.0%} of them wrong, with {thresholds.assurance:.0%}")
    for label, route in engine.teams.by_label.items():
        print(f"team     {label} -> {route.team} <{route.address}>")
    print(f"gateways {', '.join(gateways.by_provider) or 'none set up'}")
    print(f"review   -> {engine.teams.review.team} <{engine.teams.review.address}>")
    return 0


def _end_with_the_reader() -> None:
    """Let ``| head`` end a command that prints, as it ends every other."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="signalbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("serve", help="answer POST /classify (settings: SIGNALBOX_*)")
    command.set_defaults(run=serve)
    command = commands.add_parser("lmtp", help="take mail from Postfix and friends, hand it on")
    command.set_defaults(run=lmtp)
    command = commands.add_parser("classify", help="print a decision for each message")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("files", nargs="*", type=Path, default=[], metavar="FILE.eml")
    source.add_argument("--jsonl", metavar="FILE", help="lines with subject and body; - is stdin")
    command.set_defaults(run=classify)
    command = commands.add_parser("check", help="check settings, teams and bundle; 3 if wrong")
    command.set_defaults(run=check)
    return parser


if __name__ == "__main__":
    sys.exit(main())
