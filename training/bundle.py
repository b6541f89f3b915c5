"""Writing what ``service.model.bundle`` reads: manifest, graph, tokenizer and model card."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import onnx

from service.model.bundle import (
    CARD,
    FIRST,
    FORMAT,
    MANIFEST,
    MODEL,
    TOKENIZER,
    Bundle,
    Data,
    FirstStage,
    Manifest,
    Thresholds,
    list_operators,
    load_bundle,
)
from service.model.bundle import Encoder as EncoderEntry
from training.config import EncoderConfig
from training.dataset import LABELS, SERVICE_LABELS

_UNKNOWN: Final = "0" * 64


def draft_bundle(
    graphs: Mapping[str, onnx.ModelProto],
    tokenizer: str,
    identity: Mapping[str, str],
    config: EncoderConfig,
) -> Bundle:
    """A bundle in memory with nothing measured yet: temperature 1, everything routed.

    ``graphs`` by the name of their file: ``MODEL``, and ``FIRST`` if there is a first stage.
    """
    operators = frozenset().union(*(list_operators(graph.graph) for graph in graphs.values()))
    never = FirstStage(temperature=1.0, most_doubt=dict.fromkeys(SERVICE_LABELS, 0.0))
    manifest = Manifest(
        format=FORMAT,
        name=identity["name"],
        version=identity["version"],
        labels=LABELS,
        requests=SERVICE_LABELS,
        encoder=EncoderEntry(name=config.name, licence=config.licence, sha256=config.sha256),
        max_tokens=config.max_tokens,
        temperature=1.0,
        first=never if FIRST in graphs else None,
        thresholds=Thresholds(
            route=0.0, risk=1.0, assurance=0.0, also=dict.fromkeys(SERVICE_LABELS, 1.0)
        ),
        data=Data(sha256=_UNKNOWN, n_train=1, n_validation=1, n_test=1),
        metrics={},
        operators=tuple(sorted(operators)),
        files=dict.fromkeys((*graphs, TOKENIZER, CARD), _UNKNOWN),
    )
    return with_graphs(Bundle(manifest, _UNKNOWN, b"", tokenizer), graphs)


def with_graphs(bundle: Bundle, graphs: Mapping[str, onnx.ModelProto]) -> Bundle:
    """The bundle with other graphs in place of its own."""
    raw = {name: graph.SerializeToString(deterministic=True) for name, graph in graphs.items()}
    return replace(bundle, model=raw[MODEL], first=raw.get(FIRST))


def save_bundle(bundle: Bundle, card: str, folder: Path) -> Bundle:
    """Write the bundle into an empty ``folder`` and load it back as the service will."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    content = {MODEL: bundle.model, TOKENIZER: bundle.tokenizer.encode(), CARD: card.encode()}
    if bundle.first is not None:
        content[FIRST] = bundle.first
    for name, raw in content.items():
        (folder / name).write_bytes(raw)
    files = {name: hashlib.sha256(raw).hexdigest() for name, raw in content.items()}
    manifest = bundle.manifest.model_copy(update={"files": files})
    document = json.dumps(manifest.model_dump(mode="json"), indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(document + "\n", encoding="utf-8")
    return load_bundle(folder)


def write_card(manifest: Manifest) -> str:
    """The model card: what it is for, what it was measured at, where it must not be trusted."""
    metrics, thresholds = manifest.metrics, manifest.thresholds
    per_label, per_slice = _per_label(manifest), _per_slice(metrics)
    return f"""# Model card: {manifest.name} {manifest.version}

Reads one business message (subject and new text, at most {manifest.max_tokens} tokens) and says
which of {", ".join(f"`{label}`" for label in manifest.labels)} it asks for.

* **Network**: {manifest.encoder.name}, {manifest.encoder.licence}, fine-tuned; what each token
  says for a label is added up, further requests are smooth maxima over tokens; temperature
  {manifest.temperature:.3f}; int8 weights, a scale per channel.
{_first_stage(manifest)}* **Data**: {manifest.data.n_train} messages for training,
  {manifest.data.n_validation} for thresholds, {manifest.data.n_test} for the figures below;
  no author is in two of them.
* **Promise**: routed without a person at a confidence of {thresholds.route:.3f} or more, a
  threshold at which at most {thresholds.risk:.0%} of the routed messages go to a wrong team, with
  {thresholds.assurance:.0%} assurance, for mail like the validation split's.

## Figures on the test split

`make evaluate` prints them anew.

| figure | value |
|---|---|
| macro-F1 | {metrics["macro_f1"]:.3f} |
| its 95 % interval | {metrics["macro_f1_low"]:.3f} to {metrics["macro_f1_high"]:.3f} |
| accuracy | {metrics["accuracy"]:.3f} |
| expected calibration error | {metrics["ece"]:.3f} |
| routed without a person | {metrics["coverage"]:.3f} |
| wrong among the routed | {metrics["routed_error"]:.3f} |
| further requests, micro-F1 | {metrics["also_micro_f1"]:.3f} |
| hidden buying signals found | {metrics["hidden_signal_recall"]:.3f} |
| false copies to sales, share of service messages | {metrics["false_sales_copies"]:.3f} |

| label | precision | recall | F1 |
|---|---|---|---|
{per_label}

| slice | accuracy |
|---|---|
{per_slice}

## Limits

English first; the slice `foreign` shows what to expect of seven other languages. Letters other than
Latin and Greek are not read: such a message is for review. The messages were
written for this purpose, so a company's own mail will differ: watch the review share, correct
labels, retrain. Not for decisions about people.
"""


def _first_stage(manifest: Manifest) -> str:
    if (stage := manifest.first) is None:
        return ""
    doubts = ", ".join(f"`{name}` {doubt:.2f}" for name, doubt in sorted(stage.most_doubt.items()))
    return f"""* **First stage**: a small convolution, taught by that network, answers alone above a
  confidence of {manifest.thresholds.alone:.3f} where no further request is likelier than
  {doubts};
  else the network answers.
"""


def _per_label(manifest: Manifest) -> str:
    metrics = manifest.metrics
    return "\n".join(
        f"| `{label}` | {metrics[f'precision/{label}']:.3f} | {metrics[f'recall/{label}']:.3f} | "
        f"{metrics[f'f1/{label}']:.3f} |"
        for label in manifest.labels
    )


def _per_slice(metrics: Mapping[str, float]) -> str:
    return "\n".join(
        f"| {name.partition('/')[2]} | {value:.3f} |"
        for name, value in metrics.items()
        if name.startswith("slice_accuracy/")
    )
