"""MLflow: runs, and versions with the aliases champion, challenger and previous."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import mlflow
import mlflow.onnx
import numpy as np
import onnx
import pandas as pd
from mlflow.data.pandas_dataset import from_pandas
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from service.model.bundle import INPUTS, OUTPUTS, Bundle
from service.model.network import Network
from service.model.tokens import Tokenizer
from training.config import Config
from training.dataset import Example
from training.gates import failed_gates
from training.split import Splits

EXPERIMENT: Final = "signalbox"
MODEL_NAME: Final = "signalbox"
LOCAL_FOLDER: Final = Path(".mlflow")
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
PREVIOUS: Final = "previous"


class GateFailed(Exception):
    """The challenger stays one; says which gates it failed."""


@contextmanager
def open_run(config: Config, splits: Splits, data_sha256: str) -> Iterator[str]:
    """A run that knows configuration, data, code and machine load; yields its id.

    Runs go to ``MLFLOW_TRACKING_URI``, or to ``.mlflow`` beside the checkout.
    """
    _connect()
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(
        run_name=f"{config.name} {config.version}", log_system_metrics=True
    ) as run:
        mlflow.set_tags(
            {"data_sha256": data_sha256, "seed": config.seed, "git_revision": _git_revision()}
        )
        mlflow.log_params(_flat(config.model_dump(mode="json")))
        _log_dataset(splits.train, "train", "training")
        _log_dataset(splits.validation, "validation", "validation")
        _log_dataset(splits.test, "test", "evaluation")
        yield run.info.run_id


def log_bundle(
    bundle: Bundle, folder: Path, plots: Sequence[Path], measured: Mapping[str, float]
) -> str:
    """Log the bundle and its figures to the open run, register it as challenger; its version."""
    _log_metrics(measured)
    for plot in plots:
        mlflow.log_artifact(str(plot), "plots")
    mlflow.log_artifacts(str(folder), "bundle")
    mlflow.set_tag("bundle_digest", bundle.digest)
    tokens = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens).tokenize("Where is PO 4471?")
    inputs = dict(zip(INPUTS, (tokens.ids, tokens.mask), strict=True))
    logits = Network(bundle.model).run(tokens)
    arrays = (logits.labels, logits.requests, logits.label_tokens, logits.request_tokens)
    outputs = {name: array[np.newaxis] for name, array in zip(OUTPUTS, arrays, strict=True)}
    info = mlflow.onnx.log_model(
        onnx.ModelProto.FromString(bundle.model),
        name="model",
        signature=infer_signature(inputs, outputs),
        input_example=inputs,
        registered_model_name=MODEL_NAME,
        pip_requirements=["onnxruntime", "numpy"],
        save_as_external_data=False,
        onnx_execution_providers=["CPUExecutionProvider"],
    )
    version = str(info.registered_model_version)
    client = mlflow.MlflowClient()
    client.set_model_version_tag(MODEL_NAME, version, "bundle_digest", bundle.digest)
    client.set_model_version_tag(MODEL_NAME, version, "data_sha256", bundle.manifest.data.sha256)
    client.set_registered_model_alias(MODEL_NAME, CHALLENGER, version)
    return version


def log_attempt(measured: Mapping[str, float]) -> None:
    """Log the figures of a network that is not meant to be served to the open run."""
    mlflow.set_tag("kind", "attempt")
    _log_metrics(measured)


def epoch_logger(name: str) -> Callable[[int, float], None]:
    """What writes a network's mean loss to the open run, a point for each epoch."""

    def log_epoch(n_epochs: int, loss: float) -> None:
        mlflow.log_metric(f"{name}.loss", loss, step=n_epochs)

    return log_epoch


def promote(config: Config) -> str:
    """Make the challenger champion if every gate holds; the version promoted.

    Raises:
        GateFailed: it does not hold; the version's tag ``gate`` says why.
    """
    _connect()
    client = mlflow.MlflowClient()
    challenger, champion = _version(client, CHALLENGER), _version(client, CHAMPION)
    if challenger is None:
        raise GateFailed(f"no version of {MODEL_NAME} has the alias {CHALLENGER}")
    reasons = failed_gates(
        _metrics(client, challenger), _metrics(client, champion) if champion else None, config.gates
    )
    verdict = f"failed: {'; '.join(reasons)}" if reasons else "passed"
    client.set_model_version_tag(MODEL_NAME, challenger, "gate", verdict)
    if reasons:
        raise GateFailed(verdict)
    if champion is not None and champion != challenger:
        client.set_registered_model_alias(MODEL_NAME, PREVIOUS, champion)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, challenger)
    return challenger


def _connect() -> None:
    """Use ``MLFLOW_TRACKING_URI``, or a database in ``.mlflow``; make the experiment once."""
    artifacts = None
    if "MLFLOW_TRACKING_URI" not in os.environ:
        LOCAL_FOLDER.mkdir(exist_ok=True)
        artifacts = str((LOCAL_FOLDER / "artifacts").resolve())
        mlflow.set_tracking_uri(f"sqlite:///{LOCAL_FOLDER.resolve()}/mlflow.db")
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        kind = {"mlflow.experimentKind": "custom_model_development"}  # not the chat-model pages
        mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts, tags=kind)


def _log_metrics(measured: Mapping[str, float]) -> None:
    mlflow.log_metrics({name.replace("/", "."): value for name, value in measured.items()})


def _log_dataset(examples: Sequence[Example], name: str, context: str) -> None:
    frame = pd.DataFrame(
        {"text": [e.text for e in examples], "label": [e.primary for e in examples]}
    )
    dataset = from_pandas(frame, targets="label", name=name)
    mlflow.log_input(dataset, context=context)


def _version(client: mlflow.MlflowClient, alias: str) -> str | None:
    try:
        return str(client.get_model_version_by_alias(MODEL_NAME, alias).version)
    except MlflowException:
        return None


def _metrics(client: mlflow.MlflowClient, version: str) -> dict[str, float]:
    run_id = client.get_model_version(MODEL_NAME, version).run_id
    return dict(client.get_run(str(run_id)).data.metrics)


def _flat(section: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in section.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _git_revision() -> str:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40"],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
