"""The whole story of a model, in order: messages in, registered bundle out."""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from service.model.bundle import Bundle, Data
from service.model.classifier import Classifier
from service.model.network import Network as Session
from service.model.tokens import Tokenizer
from training import registry
from training.bundle import draft_bundle, save_bundle, write_card
from training.calibrate import fit_temperature, fit_thresholds
from training.config import Config
from training.dataset import Example, data_digest, gold_labels, read_examples
from training.encoder import ignore_characters, load_encoder
from training.evaluate import Report, decide_all, macro_f1, report
from training.export import check_parity, export_graph, quantise_graph, quantise_statically
from training.finetune import run_network
from training.plots import save_plots
from training.split import Splits, draw_share, split_examples
from training.teach import teach, tokenize

log = logging.getLogger(__name__)

_CALIBRATION: Final = 20  # every so manieth training message sets the scales of static int8


def train(config: Config, output: Path, work: Path) -> Bundle:
    """Train as ``config`` says, write the bundle to ``output`` and register it as challenger.

    ``work`` keeps checkpoints, so that a run that was stopped goes on, and the plots.
    """
    _fix_seeds(config.seed)
    log.info("reading and splitting messages")
    splits = read_splits(config)
    data_sha256 = data_digest(config.data.folder)
    with registry.open_run(config, splits, data_sha256):
        bundle, tested, measured = make_bundle(config, splits, data_sha256, work)
        bundle = save_bundle(bundle, write_card(bundle.manifest), output)
        plots = save_plots(tested, work / "plots")
        version = registry.log_bundle(bundle, output, plots, measured)
    log.info("bundle %s in %s, registered as version %s", bundle.digest[:12], output, version)
    return bundle


def read_splits(config: Config) -> Splits:
    """The splits of the configured data, thinned out as it says."""
    splits = split_examples(read_examples(config.data.folder), config.data.folder)
    chosen = draw_share(len(splits.train), config.data.train_share, config.seed)
    splits = replace(splits, train=tuple(splits.train[row] for row in chosen))
    if (n := config.data.max_per_split) is None:
        return splits
    return Splits(*(_thin_out(part, n) for part in (splits.train, splits.validation, splits.test)))


def make_bundle(
    config: Config, splits: Splits, data_sha256: str, work: Path
) -> tuple[Bundle, Report, dict[str, float]]:
    """The bundle of ``config`` in memory, its report on the test split, and all its figures."""
    encoder = load_encoder(config.encoder, work)
    definition = ignore_characters(encoder.tokenizer_json, config.encoder.ignored)
    tokenizer = Tokenizer(definition, config.encoder.max_tokens)
    network = teach(config, encoder, tokenizer, splits, work / "checkpoints")
    log.info("exporting, checking and quantising the graph")
    graph = export_graph(network)
    texts = [e.text for e in splits.test]
    trained, _ = run_network(network, tokenize(tokenizer, texts))
    difference = check_parity(graph, tokenizer, texts, trained, temperature=1.0)
    identity = {"name": config.name, "version": config.version}
    small = (
        quantise_graph(graph)
        if config.export.quantisation == "dynamic"
        else quantise_statically(graph, tokenizer, [e.text for e in splits.train[::_CALIBRATION]])
    )
    draft = draft_bundle(small, definition, identity, config.encoder)
    log.info("calibrating on the validation split")
    calibrated = _calibrate(draft, splits, data_sha256, config)
    log.info("evaluating on the test split")
    tested = _evaluate(calibrated, splits.test, config)
    measured = {
        **tested.metrics,
        "quantisation_loss": _quantisation_loss(trained, splits.test, tested),
    }
    manifest = calibrated.manifest.model_copy(update={"metrics": measured})
    measured_here = {**measured, "parity_max_difference": difference}
    return replace(calibrated, manifest=manifest), tested, measured_here


def _calibrate(draft: Bundle, splits: Splits, data_sha256: str, config: Config) -> Bundle:
    """The draft with temperature and thresholds fitted to what the int8 graph really answers."""
    labels, requests = _run(draft, splits.validation)
    temperature = fit_temperature(labels, splits.validation)
    update = {
        "temperature": round(temperature, 6),
        "thresholds": fit_thresholds(
            labels, requests, temperature, splits.validation, config.thresholds
        ),
        "data": Data(
            sha256=data_sha256,
            n_train=len(splits.train),
            n_validation=len(splits.validation),
            n_test=len(splits.test),
        ),
    }
    return replace(draft, manifest=draft.manifest.model_copy(update=update))


def _run(bundle: Bundle, examples: Sequence[Example]) -> tuple[NDArray[np.float64], ...]:
    session = Session(bundle.model)
    tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
    logits = [
        session.run(tokenizer.tokenize(e.text))
        for e in tqdm(examples, desc="running the graph", unit="message")
    ]
    return (
        np.stack([each.labels for each in logits]).astype(np.float64),
        np.stack([each.requests for each in logits]).astype(np.float64),
    )


def _evaluate(bundle: Bundle, examples: Sequence[Example], config: Config) -> Report:
    decisions = decide_all(Classifier(bundle), examples)
    return report(decisions, examples, config.evaluation.n_resamples, config.seed)


def _quantisation_loss(
    fp32_logits: NDArray[np.float32], examples: Sequence[Example], tested: Report
) -> float:
    return round(
        macro_f1(gold_labels(examples), fp32_logits.argmax(axis=1)) - tested.metrics["macro_f1"], 4
    )


def _thin_out(examples: Sequence[Example], n: int) -> tuple[Example, ...]:
    """About ``n`` examples at even distances, so that every author and label is among them."""
    return tuple(examples[:: max(1, len(examples) // n)])


def _fix_seeds(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - libraries draw from the global generator
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True)
    # Memory is not filled before use: no tensor here is read before it is written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
