"""A bundle is refused before the runtime sees a byte of it, whatever is wrong with it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from service.errors import BundleCorrupt
from service.model.bundle import (
    FIRST,
    MANIFEST,
    MODEL,
    TOKENIZER,
    Bundle,
    list_operators,
    load_bundle,
)
from service.model.classifier import Classifier


@pytest.fixture
def copy(bundle_dir: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    shutil.copytree(bundle_dir, folder)
    return folder


def rewrite_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads((folder / MANIFEST).read_text())
    change(document)
    (folder / MANIFEST).write_text(json.dumps(document))


def replace_model(
    folder: Path, change: Callable[[onnx.ModelProto], None], name: str = MODEL
) -> None:
    """Alter a graph and let the manifest agree, as whoever forges a bundle would."""
    model = onnx.load(folder / name)
    change(model)
    raw = model.SerializeToString()
    (folder / name).write_bytes(raw)
    graphs = [onnx.load(folder / n, load_external_data=False).graph for n in (FIRST, MODEL)]
    operators = sorted(frozenset().union(*map(list_operators, graphs)))
    rewrite_manifest(
        folder,
        lambda d: d.update(
            files=d["files"] | {name: hashlib.sha256(raw).hexdigest()}, operators=operators
        ),
    )


def test_the_committed_bundle_is_intact(bundle: Bundle, bundle_dir: Path) -> None:
    assert bundle.digest == hashlib.sha256((bundle_dir / MANIFEST).read_bytes()).hexdigest()
    assert set(bundle.manifest.metrics) >= {"macro_f1", "ece", "coverage"}


def test_another_promise_brings_all_its_thresholds(bundle: Bundle) -> None:
    chosen = bundle.manifest.thresholds
    strict = chosen.find(0.02)
    kept = bundle.keeping(strict).manifest.thresholds
    assert (kept.risk, kept.route, kept.alone) == (0.02, strict.route, strict.alone)
    assert kept.also == strict.also
    assert kept.route > chosen.route
    assert kept.alone > chosen.alone
    with pytest.raises(BundleCorrupt, match=r"nothing for a risk of 0\.001, but for 0\.05, 0\.02"):
        chosen.find(0.001)


def _mislead(document: dict[str, Any]) -> None:
    document["thresholds"]["route"] = 0.1


def _repeat(document: dict[str, Any]) -> None:
    document["thresholds"]["promises"] *= 2


@pytest.mark.parametrize("change", [_mislead, _repeat])
def test_thresholds_of_no_promise_and_promises_twice_are_refused(
    copy: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    rewrite_manifest(copy, change)
    with pytest.raises(BundleCorrupt, match="promise"):
        load_bundle(copy)


def test_a_graph_without_a_row_for_each_token_is_refused(copy: Path) -> None:
    def swap(model: onnx.ModelProto) -> None:
        """The sums in place of the parts they are made of."""
        names = {"label_logits": "label_tokens", "label_tokens": "label_logits"}
        for node in model.graph.node:
            node.output[:] = [names.get(name, name) for name in node.output]
            node.input[:] = [names.get(name, name) for name in node.input]

    replace_model(copy, swap, FIRST)
    with pytest.raises(BundleCorrupt, match=r"row for each token|columns|fails on"):
        Classifier(load_bundle(copy))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_refused(data: st.DataObject, copy: Path) -> None:
    path = copy / data.draw(st.sampled_from([FIRST, MODEL, TOKENIZER, "CARD.md"]))
    position = data.draw(st.integers(0, path.stat().st_size - 1))
    with path.open("r+b") as file:
        file.seek(position)
        old = file.read(1)
        file.seek(position)
        file.write(bytes([old[0] ^ (1 << data.draw(st.integers(0, 7)))]))
    try:
        with pytest.raises(BundleCorrupt, match="sha256"):
            load_bundle(copy)
    finally:
        with path.open("r+b") as file:
            file.seek(position)
            file.write(old)


@pytest.mark.parametrize("name", [FIRST, MODEL, TOKENIZER, "CARD.md", MANIFEST])
def test_a_truncated_file_is_refused(copy: Path, name: str) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes()[:-1] if name != MANIFEST else b"{")
    with pytest.raises(BundleCorrupt):
        load_bundle(copy)


@pytest.mark.parametrize("name", [FIRST, MODEL, TOKENIZER, "CARD.md", MANIFEST])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleCorrupt, match="missing"):
        load_bundle(copy)


def test_a_foreign_file_is_refused(copy: Path) -> None:
    (copy / "weights.bin").write_bytes(b"\0")
    with pytest.raises(BundleCorrupt, match=r"weights\.bin"):
        load_bundle(copy)


def test_a_link_out_of_the_bundle_is_refused(copy: Path, tmp_path: Path) -> None:
    shutil.move(copy / MODEL, tmp_path / MODEL)
    (copy / MODEL).symlink_to(tmp_path / MODEL)
    with pytest.raises(BundleCorrupt, match="not a plain file"):
        load_bundle(copy)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"labels": ["billing", "billing"]},
        {"requests": ["press"]},
        {"temperature": 0},
        {"temperature": 1e-320},
        {"temperature": float("inf")},
        {"first": None},  # its graph is there
        {"first": {"temperature": 1, "most_doubt": {}}},
        {"files": {"../../etc/passwd": "0" * 64}},
        {"surprise": True},
        {"thresholds": {"route": 0.5, "risk": 0.05, "assurance": 0.95, "also": {}}},
    ],
)
def test_a_manifest_that_cannot_be_meant_is_refused(copy: Path, change: dict[str, Any]) -> None:
    rewrite_manifest(copy, lambda document: document.update(change))
    with pytest.raises(BundleCorrupt, match=r"manifest\.json"):
        load_bundle(copy)


def test_a_bundle_of_an_older_format_is_refused_by_that_name(copy: Path) -> None:
    rewrite_manifest(copy, lambda document: document.update(format=3))
    with pytest.raises(BundleCorrupt, match="format 3, this service reads format 4"):
        load_bundle(copy)


def test_fewer_labels_than_the_graph_has_columns_are_refused(copy: Path) -> None:
    rewrite_manifest(copy, lambda d: d.update(labels=d["labels"][:-1]))
    with pytest.raises(BundleCorrupt, match="columns"):
        Classifier(load_bundle(copy))


@pytest.mark.parametrize("name", [FIRST, MODEL])
def test_an_operator_off_the_list_is_refused_although_the_manifest_names_it(
    copy: Path, name: str
) -> None:
    def add_loop(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Loop", [], []))

    replace_model(copy, add_loop, name)
    with pytest.raises(BundleCorrupt, match=f"{name}: operators not allowed: Loop"):
        load_bundle(copy)


def test_a_subgraph_is_refused_whatever_it_holds(copy: Path) -> None:
    def hide(model: onnx.ModelProto) -> None:
        inner = helper.make_graph([helper.make_node("Scan", [], [])], "inner", [], [])
        node = helper.make_node("Add", [], [])
        node.attribute.append(helper.make_attribute("body", inner))
        model.graph.node.append(node)

    replace_model(copy, hide)
    with pytest.raises(BundleCorrupt, match="holds a graph"):
        load_bundle(copy)


def test_a_graph_for_training_is_refused(copy: Path) -> None:
    def add_training(model: onnx.ModelProto) -> None:
        model.training_info.add().algorithm.node.append(helper.make_node("Loop", [], []))

    replace_model(copy, add_training)
    with pytest.raises(BundleCorrupt, match="training graphs"):
        load_bundle(copy)


def test_data_outside_the_file_behind_a_sparse_tensor_is_refused(copy: Path) -> None:
    def point_outside(model: onnx.ModelProto) -> None:
        values = model.graph.sparse_initializer.add().values
        values.data_location = TensorProto.EXTERNAL
        values.external_data.add(key="location", value="secret.bin")

    replace_model(copy, point_outside)
    with pytest.raises(BundleCorrupt, match="sparse tensors"):
        load_bundle(copy)


@pytest.mark.parametrize("definition", [b"{}", b"\xff\xfe", b"not JSON"])
def test_a_tokenizer_that_cannot_be_read_is_refused(copy: Path, definition: bytes) -> None:
    (copy / TOKENIZER).write_bytes(definition)
    digest = hashlib.sha256(definition).hexdigest()
    rewrite_manifest(copy, lambda d: d["files"].update({TOKENIZER: digest}))
    with pytest.raises(BundleCorrupt, match="tokenizer"):
        Classifier(load_bundle(copy))


def test_tokens_beyond_the_vocabulary_of_the_graph_are_refused(copy: Path) -> None:
    definition = json.loads((copy / TOKENIZER).read_text())
    vocabulary = definition["model"]["vocab"]
    definition["model"]["vocab"] = {word: n + 10**6 for word, n in vocabulary.items()}
    for token in definition["added_tokens"]:
        token["id"] += 10**6
    for special in definition["post_processor"]["special_tokens"].values():
        special["ids"] = [n + 10**6 for n in special["ids"]]
    raw = json.dumps(definition).encode()
    (copy / TOKENIZER).write_bytes(raw)
    digest = hashlib.sha256(raw).hexdigest()
    rewrite_manifest(copy, lambda d: d["files"].update({TOKENIZER: digest}))
    with pytest.raises(BundleCorrupt, match="fails on the tokenizer's tokens"):
        Classifier(load_bundle(copy))


def test_an_operator_of_a_foreign_domain_is_refused(copy: Path) -> None:
    replace_model(
        copy, lambda m: m.graph.node.append(helper.make_node("Add", [], [], domain="evil"))
    )
    with pytest.raises(BundleCorrupt, match=r"not allowed: evil\.Add"):
        load_bundle(copy)


def test_an_operator_the_manifest_does_not_name_is_refused(copy: Path) -> None:
    rewrite_manifest(copy, lambda d: d.update(operators=d["operators"][1:]))
    with pytest.raises(BundleCorrupt, match="not those of the manifest"):
        load_bundle(copy)


def test_data_outside_the_file_is_refused(copy: Path) -> None:
    def point_outside(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../../etc/passwd")

    replace_model(copy, point_outside)
    with pytest.raises(BundleCorrupt, match="outside the file"):
        load_bundle(copy)


def test_a_local_function_is_refused(copy: Path) -> None:
    def add_function(model: onnx.ModelProto) -> None:
        model.functions.add(name="helper", domain="local")

    replace_model(copy, add_function)
    with pytest.raises(BundleCorrupt, match="local functions"):
        load_bundle(copy)


def test_swapped_outputs_are_refused(copy: Path) -> None:
    replace_model(copy, lambda m: m.graph.output.reverse())
    with pytest.raises(BundleCorrupt, match="inputs and outputs"):
        load_bundle(copy)


def test_bytes_that_are_no_graph_are_refused(copy: Path) -> None:
    raw = b"\xff" * 64
    (copy / MODEL).write_bytes(raw)
    rewrite_manifest(copy, lambda d: d["files"].update({MODEL: hashlib.sha256(raw).hexdigest()}))
    with pytest.raises(BundleCorrupt, match="not an ONNX graph"):
        load_bundle(copy)


def test_a_graph_the_runtime_refuses_is_a_corrupt_bundle(copy: Path) -> None:
    replace_model(copy, lambda m: m.graph.node.pop(0))
    with pytest.raises(BundleCorrupt, match="the runtime refused"):
        Classifier(load_bundle(copy))
