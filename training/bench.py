"""What a text costs on one thread, beside MiniLM-L6 in int8: ratios of one and the same run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from service.model.bundle import Bundle
from service.model.cascade import Cascade
from service.model.network import Network as Session
from service.model.tokens import Tokenizer
from training.config import Config
from training.encoder import load_encoder
from training.export import export_graph, quantise_graph
from training.inventory import table
from training.network import build_network

YARDSTICK: Final = "MiniLM-L6, int8"
_NAME: Final = "the bundle"
_N_LAYERS: Final = 6  # of the encoder everybody starts from
_N_ROUNDS: Final = 3

_Reader = tuple[Tokenizer, Session | Cascade]


def report_cost(bundle: Bundle, config: Config, texts: Sequence[str], work: Path) -> str:
    """Milliseconds of CPU for each text, tokenising included; the least of three rounds.

    A row for each promise that the bundle keeps: the stricter, the more the large graph reads.
    """
    kept = [promise for promise in bundle.manifest.thresholds.promises if promise.coverage > 0]
    bundles = {f"{_NAME}, risk {each.risk:.0%}": bundle.keeping(each) for each in kept}
    cost = _cost(bundles or {_NAME: bundle}, config, texts, work)
    reference = cost[YARDSTICK].mean()
    rows = [
        (name, f"{ms.mean():.2f}", f"{np.median(ms):.2f}", f"{np.quantile(ms, 0.99):.2f}",
         f"{ms.mean() / reference:.2f}")
        for name, ms in cost.items()
    ]  # fmt: skip
    return table(("one thread, ms of CPU a text", "mean", "p50", "p99", "ratio"), rows)


def measure_ratio(bundle: Bundle, config: Config, texts: Sequence[str], work: Path) -> float:
    """The mean cost of a text beside MiniLM-L6 in int8."""
    cost = _cost({_NAME: bundle}, config, texts, work)
    return float(cost[_NAME].mean() / cost[YARDSTICK].mean())


def _cost(
    bundles: Mapping[str, Bundle], config: Config, texts: Sequence[str], work: Path
) -> dict[str, NDArray[np.float64]]:
    """float64[n_texts], in milliseconds, of the yardstick and of each bundle.

    The yardstick has the same heads on all six layers, so that only the encoders differ. All
    read every text in turn, so that a slower minute of the machine hits all.
    """
    encoder = load_encoder(config.encoder, work)
    six = {"layers": tuple(range(_N_LAYERS)), "merge_after": ()}
    network = build_network(encoder, config.finetune.model_copy(update=six), config.seed)
    yardstick = quantise_graph(export_graph(network))
    readers: dict[str, _Reader] = {
        YARDSTICK: (
            Tokenizer(encoder.tokenizer_json, config.encoder.max_tokens),
            Session(yardstick.SerializeToString()),
        )
    }
    for name, bundle in bundles.items():
        tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
        readers[name] = tokenizer, Cascade(bundle)
    return _measure(readers, texts)


def _measure(
    readers: Mapping[str, _Reader], texts: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """float64[n_texts] for each reader."""
    times = {name: np.full(len(texts), np.inf) for name in readers}
    for _ in range(_N_ROUNDS):
        for row, text in enumerate(tqdm(texts, desc="timing", unit="text")):
            for name, (tokenizer, session) in readers.items():
                started = process_time()
                session.run(tokenizer.tokenize(text))
                times[name][row] = min(times[name][row], 1e3 * (process_time() - started))
    return times
