"""What else can be tried: each attempt taught, measured and timed as the served network is."""

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.model.bundle import Bundle
from training import registry
from training.bench import measure_ratio
from training.config import Config
from training.dataset import data_digest
from training.inventory import table
from training.train import make_bundle, read_splits

log = logging.getLogger(__name__)


def read_attempts(path: Path, base: Config) -> list[Config]:
    """The configurations of ``path``: each names what differs from ``base``, or is ``without``."""
    attempts = tomllib.loads(path.read_text(encoding="utf-8"))["attempts"]
    return [_changed(base, attempt) for attempt in attempts]


def report_attempts(base: Config, path: Path, work: Path) -> str:
    """A row for each attempt, on the test split through the serving code; a run of MLflow each."""
    rows = []
    for config in read_attempts(path, base):
        log.info("attempt: %s", config.name)
        splits = read_splits(config)
        data_sha256 = data_digest(config.data.folder)
        with registry.open_run(config, splits, data_sha256):
            bundle, _, measured = make_bundle(config, splits, data_sha256, work)
            ratio = measure_ratio(bundle, config, [e.text for e in splits.test], work)
            megabytes = (len(bundle.model) + len(bundle.first or b"")) / 1e6
            registry.log_attempt({**measured, "cost_ratio": ratio, "megabytes": megabytes})
        figures = (measured[name] for name in ("accuracy", "macro_f1", "also_micro_f1"))
        rows.append(
            (config.name, *(f"{figure:.3f}" for figure in figures), _routed(bundle),
             f"{megabytes:.1f}", f"{ratio:.2f}")
        )  # fmt: skip
    head = ("attempt", "accuracy", "macro-F1", "also, micro-F1", "routed at each risk", "MB",
            "cost beside MiniLM-L6")  # fmt: skip
    return table(head, rows)


def _routed(bundle: Bundle) -> str:
    """Each promised risk, and the share of validation that was routed under it."""
    promises = bundle.manifest.thresholds.promises
    return ", ".join(f"{each.risk:.0%}: {each.coverage:.2f}" for each in promises)


def _changed(base: Config, attempt: Mapping[str, Any]) -> Config:
    document = base.model_dump(mode="json")
    for section in attempt.get("without", ()):
        document.pop(section)
    changes = {key: value for key, value in attempt.items() if key != "without"}
    return Config.model_validate(_merged(document, changes))


def _merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for key, value in changes.items():
        is_section = isinstance(value, Mapping)
        merged[key] = _merged(merged.get(key) or {}, value) if is_section else value
    return merged
