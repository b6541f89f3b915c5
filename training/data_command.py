"""The command line of the corpus, ``python -m training data``: check, stats, suspects and more."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.config import Config

if TYPE_CHECKING:  # annotations only: what reads the messages takes a second to import
    from training.importing import Mapped
    from training.split import Splits

QUOTAS: Final = Path(__file__).parent / "configs" / "quotas.toml"

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def add_data_parser(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add ``data`` and its own commands."""
    parser = commands.add_parser("data", help="check, count, import or export the messages")
    parts = parser.add_subparsers(required=True, metavar="command")
    command = parts.add_parser("check", help="what the messages must hold; 1 when they do not")
    command.add_argument("--quotas", type=Path, default=QUOTAS)
    command.set_defaults(run=check_command)
    command = parts.add_parser("stats", help="the tables of datasets/README.md")
    command.add_argument("--plots", type=Path, metavar="DIR", help="also draw them")
    command.set_defaults(run=stats_command)
    command = parts.add_parser("agreement", help="the labels against a second, blind reading")
    command.set_defaults(run=agreement_command)
    command = parts.add_parser("suspects", help="labels to read again, most doubtful first")
    command.add_argument("--share", type=float, default=0.02)
    command.set_defaults(run=suspects_command)
    command = parts.add_parser("export", help="write Parquet files, one for each split")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--format", choices=("parquet", "huggingface"), default="parquet")
    command.set_defaults(run=export_command)
    _add_import_parser(parts)


def _add_import_parser(parts: "Commands[argparse.ArgumentParser]") -> None:
    command = parts.add_parser("import", help="a customer's own messages as lines of our schema")
    command.add_argument("source", type=Path, metavar="SOURCE", help="a file or folder")
    command.add_argument("--output", type=Path, required=True, metavar="FILE.jsonl")
    command.add_argument("--format", choices=("mbox", "maildir", "eml", "csv", "jsonl"))
    command.add_argument("--author", help="first part of the ids; the name of the output file")
    command.add_argument("--mask", action="store_true", help="hide names and numbers of people")
    for option, example in (("--column", "body=text"), ("--label-map", "invoices=billing")):
        command.add_argument(
            option, action="append", default=[], type=_pair, metavar=example, help="may be repeated"
        )
    command.add_argument("--label-header", metavar="X-Label", help="labels stand in this header")
    command.add_argument("--slice", default="mail")
    command.add_argument("--industry", default="imported")
    command.add_argument("--sender", default="imported")
    command.add_argument("--lang", default="en")
    command.set_defaults(run=import_command)


def check_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print what the corpus holds of what is asked; 1 when something is missing."""
    from training.dataset import DatasetError, read_examples  # noqa: PLC0415 - see above
    from training.quality import check_corpus, describe  # noqa: PLC0415
    from training.quotas import load_quotas  # noqa: PLC0415

    try:
        examples = read_examples(config.data.folder)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    quality = check_corpus(examples, config.data.folder, load_quotas(arguments.quotas))
    print(describe(quality))
    for complaint in quality.complaints:
        print(complaint, file=sys.stderr)
    return 0 if quality.holds else 1


def stats_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print the tables of the corpus, and draw them."""
    from training.inventory import inventory  # noqa: PLC0415 - see above

    if (splits := _splits(config)) is None:
        return 1
    print(inventory(splits, config.data.folder))
    if arguments.plots is not None:
        from training.inventory_plots import save_inventory_plots  # noqa: PLC0415 - slow too

        examples = (*splits.train, *splits.validation, *splits.test)
        for path in save_inventory_plots(examples, arguments.plots):
            print(f"plot {path}", file=sys.stderr)
    return 0


def agreement_command(config: Config, _: argparse.Namespace) -> int:
    """Print how far the two readings agree."""
    from training.agreement import read_second_labels, report_agreement  # noqa: PLC0415
    from training.dataset import read_examples  # noqa: PLC0415

    folder = config.data.folder
    print(report_agreement(read_examples(folder), read_second_labels(folder)))
    return 0


def suspects_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print the labels that the messages of other authors speak against."""
    from training.features import fit_reader  # noqa: PLC0415 - torch takes seconds to import
    from training.suspects import find_suspects  # noqa: PLC0415

    if (splits := _splits(config)) is None:
        return 1
    examples = (*splits.train, *splits.validation, *splits.test)
    features = fit_reader(config, splits.train, arguments.work).features(examples)
    for suspect in find_suspects(features, examples, arguments.share):
        example = suspect.example
        print(f"{example.id} is {example.primary}, perhaps {suspect.other} ({suspect.margin:.2f})")
        print(f"    {' '.join(example.text.split())}")
    return 0


def export_command(config: Config, arguments: argparse.Namespace) -> int:
    """Write the corpus as Parquet and print the files."""
    from training.export_data import export_huggingface, export_parquet  # noqa: PLC0415

    if (splits := _splits(config)) is None:
        return 1
    if arguments.format == "huggingface":
        paths = export_huggingface(splits, arguments.folder, config.data.folder)
    else:
        paths = export_parquet(splits, arguments.folder)
    for path in paths:
        print(path)
    return 0


def import_command(_: Config, arguments: argparse.Namespace) -> int:
    """Write a customer's messages as lines; what was refused is counted on stderr."""
    from tqdm import tqdm  # noqa: PLC0415 - see above

    from training.importing import import_items  # noqa: PLC0415
    from training.mailboxes import SourceUnreadable, detect_format, read_items  # noqa: PLC0415

    refused: Counter[str] = Counter()
    try:
        form = arguments.format or detect_format(arguments.source)
        total, items = read_items(arguments.source, form)
        with arguments.output.open("x", encoding="utf-8") as file:
            progress = tqdm(items, total=total, unit=" messages")
            for example in import_items(progress, _mapped(arguments), refused):
                file.write(example.model_dump_json(exclude_none=True) + "\n")
    except (SourceUnreadable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    _print_counts(total, refused, arguments)
    return 0 if refused.total() < total else 1


def _print_counts(total: int, refused: Counter[str], arguments: argparse.Namespace) -> None:
    print(f"{total - refused.total()} of {total} messages to {arguments.output}", file=sys.stderr)
    for reason, n in refused.most_common():
        print(f"refused {n}: {reason}", file=sys.stderr)
    if arguments.author not in {None, arguments.output.stem}:
        print(f"name the file {arguments.author}.jsonl before training on it", file=sys.stderr)


def _mapped(arguments: argparse.Namespace) -> "Mapped":
    from training.importing import FIELDS, Mapped  # noqa: PLC0415 - see above

    return Mapped(
        author=arguments.author or arguments.output.stem,
        columns=dict(arguments.column),
        labels=dict(arguments.label_map),
        defaults={name: getattr(arguments, name) for name in FIELDS},
        label_header=arguments.label_header,
        is_masked=arguments.mask,
    )


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not (ours and equals and theirs):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NAME")
    return ours, theirs


def _splits(config: Config) -> "Splits | None":
    """The splits, or nothing but the complaints on stderr."""
    from training.dataset import DatasetError, read_examples  # noqa: PLC0415 - see above
    from training.split import split_examples  # noqa: PLC0415

    try:
        return split_examples(read_examples(config.data.folder), config.data.folder)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return None
