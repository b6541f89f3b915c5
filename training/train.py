"""The whole story of a model, in order: messages in, registered bundle out."""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tqdm import tqdm

from service.model.bundle import Bundle, Data, FirstStage
from service.model.cascade import Cascade
from service.model.classifier import Classifier
from service.model.logits import Logits
from service.model.network import Network as Session
from service.model.tokens import Tokenizer, Tokens
from training import registry
from training.bundle import draft_bundle, save_bundle, with_graphs, write_card
from training.calibrate import Probabilities, fit_temperature, fit_thresholds
from training.config import Config
from training.dataset import SERVICE_LABELS, Example, data_digest, read_examples
from training.evaluate import Report, decide_all, report
from training.export import check_parity, export_graph, quantise_graph, quantise_statically
from training.finetune import run_network
from training.plots import save_plots
from training.split import Splits, draw_share, split_examples
from training.teach import prepare_encoder, teach, tokenize

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
    encoder, definition = prepare_encoder(config.encoder, splits.train, work)
    tokenizer = Tokenizer(definition, config.encoder.max_tokens)
    networks = teach(config, encoder, tokenizer, splits, work / "checkpoints")
    log.info("exporting, checking and quantising")
    graphs = {name: export_graph(network) for name, network in networks.items()}
    texts = [e.text for e in splits.test]
    tokens = tokenize(tokenizer, texts)
    differences = [
        check_parity(graph, tokenizer, texts, *run_network(networks[name], tokens))
        for name, graph in graphs.items()
    ]
    sample = [e.text for e in splits.train[::_CALIBRATION]]
    quantised = {
        name: quantise_graph(graph)
        if config.export.quantisation == "dynamic"
        else quantise_statically(graph, tokenizer, sample)
        for name, graph in graphs.items()
    }
    identity = {"name": config.name, "version": config.version}
    draft = draft_bundle(quantised, definition, identity, config.encoder)
    log.info("calibrating on the validation split")
    calibrated = _calibrate(draft, splits, data_sha256, config)
    log.info("evaluating on the test split, and once more without quantisation")
    tested = _evaluate(calibrated, splits.test, config)
    exact = _evaluate(with_graphs(calibrated, graphs), splits.test, config)
    loss = round(exact.metrics["macro_f1"] - tested.metrics["macro_f1"], 4)
    measured = {**tested.metrics, "quantisation_loss": loss}
    manifest = calibrated.manifest.model_copy(update={"metrics": measured})
    measured_here = {**measured, "parity_max_difference": max(differences)}
    return replace(calibrated, manifest=manifest), tested, measured_here


def _calibrate(draft: Bundle, splits: Splits, data_sha256: str, config: Config) -> Bundle:
    """The draft with temperatures and thresholds fitted to what its graphs really answer."""
    examples = splits.validation
    tokenizer = Tokenizer(draft.tokenizer, draft.manifest.max_tokens)
    tokens = [tokenizer.tokenize(e.text) for e in examples]

    def temperature(graph: bytes) -> float:
        labels = np.stack([said.labels for said in _read_all(Session(graph).run, tokens)])
        return round(fit_temperature(labels.astype(np.float64), examples), 6)

    first, doubts = None, config.thresholds.most_doubt
    if draft.first is not None:
        first = FirstStage(
            temperature=temperature(draft.first),
            most_doubt={name: doubts.get(name, 0.0) for name in SERVICE_LABELS},
        )
    draft = _updated(draft, temperature=temperature(draft.model), first=first)
    untested = draft.manifest.thresholds

    def read(alone: float) -> Probabilities:
        bundle = _updated(draft, thresholds=untested.model_copy(update={"alone": alone}))
        served = _read_all(Cascade(bundle).run, tokens)
        return Probabilities(
            np.stack([logits.label_probabilities() for logits in served]),
            np.stack([logits.request_probabilities() for logits in served]),
        )

    thresholds = fit_thresholds(read, examples, config.thresholds)
    data = Data(
        sha256=data_sha256,
        n_train=len(splits.train),
        n_validation=len(examples),
        n_test=len(splits.test),
    )
    return _updated(draft, thresholds=thresholds, data=data)


def _updated(bundle: Bundle, **changes: object) -> Bundle:
    return replace(bundle, manifest=bundle.manifest.model_copy(update=changes))


def _read_all(read: Callable[[Tokens], Logits], tokens: Sequence[Tokens]) -> list[Logits]:
    return [read(each) for each in tqdm(tokens, desc="running the graphs", unit="message")]


def _evaluate(bundle: Bundle, examples: Sequence[Example], config: Config) -> Report:
    decisions = decide_all(Classifier(bundle), examples)
    return report(decisions, examples, config.evaluation.n_resamples, config.seed)


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
