"""The command line: ``python -m training train | evaluate | bench | baselines | ...``."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from service.decision import Decision
from service.model.bundle import Promise
from training.config import Config, load_config
from training.data_command import add_data_parser

CONFIGS: Final = Path(__file__).parent / "configs"
WORK: Final = Path("build/training")


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked for, 1 when something does not hold."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("training").setLevel(logging.INFO)
    for chatty in ("torch.onnx", "mlflow.system_metrics"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    arguments = _parser().parse_args(argv)
    status: int = arguments.run(load_config(arguments.config), arguments)
    return status


def train_command(config: Config, arguments: argparse.Namespace) -> int:
    """Train, evaluate, write and register one bundle."""
    from training.train import train  # noqa: PLC0415 - torch takes seconds to import

    bundle = train(config, arguments.output, arguments.work)
    print(json.dumps(dict(bundle.manifest.metrics), indent=2))
    print(f"bundle digest {bundle.digest}")
    return 0


def evaluate_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print a bundle's figures on the test split, and on outside files."""
    from service.model.bundle import load_bundle  # noqa: PLC0415 - as above
    from service.model.classifier import Classifier  # noqa: PLC0415
    from training.evaluate import decide_all, report  # noqa: PLC0415
    from training.faithfulness import report_faithfulness  # noqa: PLC0415
    from training.outside import report_outside  # noqa: PLC0415
    from training.plots import save_plots  # noqa: PLC0415
    from training.promises import report_promises  # noqa: PLC0415
    from training.train import read_splits  # noqa: PLC0415

    bundle = load_bundle(arguments.bundle)
    classifier = Classifier(bundle)
    splits = read_splits(config)
    test, held_back = splits.test, (*splits.test, *splits.validation)
    thresholds, n_splits = bundle.manifest.thresholds, config.evaluation.n_resamples
    decisions = decide_all(classifier, held_back)
    tested = report(decisions[: len(test)], test, config.evaluation.n_resamples, config.seed)
    print(json.dumps(dict(tested.metrics), indent=2), end="\n\n")

    def decide_at(promise: Promise) -> Sequence[Decision]:
        if promise.risk == thresholds.risk:
            return decisions
        return decide_all(Classifier(bundle.keeping(promise)), held_back)

    print(report_promises(decide_at, held_back, thresholds, n_splits, config.seed), end="\n\n")
    print(report_faithfulness(classifier, test, config.seed), end="\n\n")
    for path in save_plots(tested, arguments.work / "plots"):
        print(f"plot {path}")
    if arguments.mistakes:
        for identifier, gold, predicted, confidence in tested.mistakes:
            print(f"{identifier} is {gold}, called {predicted} at {confidence:.2f}")
    if arguments.public is not None:
        print(report_outside(classifier, arguments.public))
    return 0


def baselines_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print what simpler models reach, and the learning curve."""
    from service.model.bundle import load_bundle  # noqa: PLC0415 - as above
    from service.model.classifier import Classifier  # noqa: PLC0415
    from training.baselines import (  # noqa: PLC0415
        feature_sets,
        report_learning_curve,
        report_lexical,
    )
    from training.rivals import report_rivals  # noqa: PLC0415
    from training.train import read_splits  # noqa: PLC0415

    splits = read_splits(config)
    classifier = Classifier(load_bundle(arguments.bundle))
    features = feature_sets(config, splits, arguments.work)
    rivals = list(features)
    if arguments.contrast:
        from training.contrast import contrastive_features  # noqa: PLC0415 - as above

        rivals.append(contrastive_features(config, splits, arguments.work))
    print(report_rivals(classifier, rivals, splits), end="\n\n")
    print(report_lexical((*splits.train, *splits.validation, *splits.test)), end="\n\n")
    print(report_learning_curve(features, splits, config.seed))
    return 0


def attempts_command(config: Config, arguments: argparse.Namespace) -> int:
    """Teach and measure every attempt; each is a run of MLflow."""
    from training.attempts import report_attempts  # noqa: PLC0415 - as above

    print(report_attempts(config, arguments.list, arguments.work))
    return 0


def bench_command(config: Config, arguments: argparse.Namespace) -> int:
    """Print what a text of the test split costs."""
    from service.model.bundle import load_bundle  # noqa: PLC0415 - as above
    from training.bench import report_cost  # noqa: PLC0415
    from training.train import read_splits  # noqa: PLC0415

    texts = [example.text for example in read_splits(config).test]
    print(report_cost(load_bundle(arguments.bundle), config, texts, arguments.work))
    return 0


def promote_command(config: Config, _: argparse.Namespace) -> int:
    """Make the challenger champion if every gate holds."""
    from training import registry  # noqa: PLC0415 - mlflow takes seconds to import

    try:
        version = registry.promote(config)
    except registry.GateFailed as failure:
        print(f"not promoted: {failure}", file=sys.stderr)
        return 1
    print(f"version {version} is champion")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--config", type=Path, default=CONFIGS / "default.toml")
    parser.add_argument("--work", type=Path, default=WORK, help="embeddings, plots; kept")
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("train", help="train, evaluate, write and register a bundle")
    command.add_argument("--output", type=Path, default=Path("models/default"))
    command.set_defaults(run=train_command)
    command = commands.add_parser("evaluate", help="figures of a bundle on the test split")
    command.add_argument("--bundle", type=Path, default=Path("models/default"))
    command.add_argument("--public", type=Path, help="folder of outside files {text, label}")
    command.add_argument("--mistakes", action="store_true", help="list every wrong decision")
    command.set_defaults(run=evaluate_command)
    command = commands.add_parser("bench", help="what a text costs, beside MiniLM-L6 in int8")
    command.add_argument("--bundle", type=Path, default=Path("models/default"))
    command.set_defaults(run=bench_command)
    command = commands.add_parser("baselines", help="simpler models, and the learning curve")
    command.add_argument("--bundle", type=Path, default=Path("models/default"))
    command.add_argument("--contrast", action="store_true", help="and one taught by contrast")
    command.set_defaults(run=baselines_command)
    command = commands.add_parser("attempts", help="other networks, taught and measured alike")
    command.add_argument("--list", type=Path, default=CONFIGS / "attempts.toml")
    command.set_defaults(run=attempts_command)
    command = commands.add_parser("promote", help="challenger becomes champion if gates hold")
    command.set_defaults(run=promote_command)
    add_data_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
