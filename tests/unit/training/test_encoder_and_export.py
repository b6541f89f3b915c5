"""A real two-layer encoder on disk: loaded, embedded with, exported, proven equal, quantised."""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from sentence_transformers.sentence_transformer.modules import Transformer as Wrapped
from tokenizers import Tokenizer as FastTokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from service.model.bundle import ALLOWED_OPERATORS, Bundle, list_operators
from service.model.network import Network as Session
from service.model.tokens import Tokenizer
from training.config import EncoderConfig, FineTuneConfig, FirstConfig
from training.convolution import Convolutions
from training.encoder import (
    WEIGHTS,
    Encoder,
    EncoderError,
    embed_texts,
    ignore_characters,
    load_encoder,
    locate_encoder,
)
from training.export import (
    ExportError,
    check_parity,
    export_graph,
    quantise_graph,
    quantise_statically,
)
from training.finetune import run_network
from training.network import Network, build_first_network, build_network
from training.transformer import Pretrained, Transformer

TEXTS = ["Where is PO 4471?", ("The pump leaks again. " * 30).strip(), "Hi"]
DIMENSION, MAX_TOKENS = 32, 64
TEACHING = {"n_epochs": 1, "batch_size": 4, "encoder_rate": 1e-4, "head_rate": 1e-3}

FIRST_STAGE = FirstConfig(
    n_dimensions=8,
    n_channels=16,
    widths=(3, 5),
    n_copies=0,
    **TEACHING,
)


@pytest.fixture(scope="module")
def folder(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: two random layers behind the tokenizer of the bundle."""
    parts = tmp_path_factory.mktemp("parts")
    config = BertConfig(
        hidden_size=DIMENSION, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(parts)
    tokenizer = FastTokenizer.from_str(bundle.tokenizer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(parts)
    whole = tmp_path_factory.mktemp("encoder")
    layers = [Wrapped(str(parts)), Pooling(DIMENSION, pooling_mode="mean"), Normalize()]
    SentenceTransformer(modules=layers, device="cpu").save(str(whole))
    return whole


@pytest.fixture(scope="module")
def config(folder: Path) -> EncoderConfig:
    return EncoderConfig(
        source=str(folder),
        name="tiny",
        licence="Apache-2.0",
        sha256=hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
        max_tokens=MAX_TOKENS,
    )


@pytest.fixture(scope="module")
def encoder(config: EncoderConfig, folder: Path) -> Encoder:
    return load_encoder(config, folder)


@pytest.fixture(scope="module")
def tokenizer(encoder: Encoder) -> Tokenizer:
    return Tokenizer(encoder.tokenizer_json, MAX_TOKENS)


@pytest.fixture(scope="module")
def network(encoder: Encoder) -> Network:
    """Untaught, but loud enough for its texts to differ."""
    network = build_network(encoder, FineTuneConfig(layers=(0, 1), **TEACHING), seed=1)
    for head in (network.attention, network.values, network.average, network.requests):
        torch.nn.init.normal_(head.weight, std=0.5)
    return network


def test_other_weights_than_those_asked_for_are_refused(
    config: EncoderConfig, tmp_path: Path
) -> None:
    with pytest.raises(EncoderError, match="expected 0000"):
        load_encoder(config.model_copy(update={"sha256": "0" * 64}), tmp_path)


def test_a_package_that_is_not_installed_is_named(config: EncoderConfig, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="install no-such-encoder"):
        load_encoder(config.model_copy(update={"source": "package:no-such-encoder"}), tmp_path)


def test_a_package_without_weights_is_refused(config: EncoderConfig, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="0 files named"):
        load_encoder(config.model_copy(update={"source": "package:pytest"}), tmp_path)


def test_embeddings_have_unit_length_and_are_kept_by_digest(
    encoder: Encoder, tmp_path: Path
) -> None:
    first = embed_texts(encoder, TEXTS, tmp_path)
    assert np.linalg.norm(first, axis=1) == pytest.approx(1, abs=1e-5)  # float32
    (kept,) = tmp_path.iterdir()
    assert np.array_equal(embed_texts(encoder, TEXTS, tmp_path), first)
    embed_texts(encoder, TEXTS[:2], tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert kept.exists()


def test_a_layer_is_left_out_of_the_copy_and_not_of_the_encoder(encoder: Encoder) -> None:
    network = build_network(encoder, FineTuneConfig(layers=(1,), **TEACHING), seed=1)
    assert len(network.encoder.get_submodule("layers")) == 1
    assert len(encoder.transformer.get_submodule("encoder.layer")) == 2


def test_padding_changes_nothing_and_the_parts_add_up(
    network: Network, tokenizer: Tokenizer
) -> None:
    tokens = [tokenizer.tokenize(text).ids[0] for text in TEXTS]
    together = run_network(network, tokens)
    alone = [run_network(network, [each]) for each in tokens]
    assert together[0] == pytest.approx(np.concatenate([a for a, _ in alone]), abs=1e-5)
    assert together[1] == pytest.approx(np.concatenate([b for _, b in alone]), abs=1e-5)
    ids = torch.from_numpy(tokens[1][np.newaxis])
    with torch.no_grad():
        outputs = network(ids, torch.ones_like(ids))
    summed = outputs.label_tokens.sum(dim=1) + network.bias
    assert outputs.labels.numpy() == pytest.approx(summed.detach().numpy(), abs=1e-5)


def test_graph_equals_network_and_quantised_graph_is_allowed_in_a_bundle(
    network: Network, tokenizer: Tokenizer
) -> None:
    graph = export_graph(network)
    tokens = [tokenizer.tokenize(text).ids[0] for text in TEXTS]
    labels, requests = run_network(network, tokens)
    assert check_parity(graph, tokenizer, TEXTS, labels, requests) < 1e-4
    for off in (labels + np.eye(5, dtype=np.float32)[[0, 1, 2]], requests), (labels, requests + 1):
        with pytest.raises(ExportError, match="probabilities differ"):
            check_parity(graph, tokenizer, TEXTS, *off)

    small = quantise_graph(graph)
    assert small.ByteSize() < 0.4 * graph.ByteSize()
    assert list_operators(small.graph) <= ALLOWED_OPERATORS
    for text in TEXTS:
        tokens = tokenizer.tokenize(text)
        full = Session(graph.SerializeToString()).run(tokens)
        quantised = Session(small.SerializeToString()).run(tokens)
        assert quantised.labels == pytest.approx(full.labels, abs=0.2)
        assert quantised.requests == pytest.approx(full.requests, abs=0.2)
        assert quantised.label_tokens.shape == (len(tokens.offsets), 5)
        assert quantised.request_tokens.shape == (len(tokens.offsets), 4)


def test_fixed_scales_say_nearly_what_the_graph_says(
    network: Network, tokenizer: Tokenizer
) -> None:
    graph = export_graph(network)
    small = quantise_statically(graph, tokenizer, TEXTS)
    assert small.ByteSize() < 0.4 * graph.ByteSize()
    for text in TEXTS:
        tokens = tokenizer.tokenize(text)
        full = Session(graph.SerializeToString()).run(tokens)
        quantised = Session(small.SerializeToString()).run(tokens)
        assert quantised.labels == pytest.approx(full.labels, abs=0.5)


def test_the_transformer_computes_what_its_source_does(
    encoder: Encoder, tokenizer: Tokenizer
) -> None:
    ids = torch.from_numpy(tokenizer.tokenize(TEXTS[1]).ids)
    mask = torch.ones_like(ids)
    ours = Transformer(encoder.transformer, (0, 1)).eval()
    with torch.no_grad():
        theirs = encoder.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        assert ours(ids, mask).numpy() == pytest.approx(theirs.numpy(), abs=1e-5)
        assert torch.equal(Pretrained(encoder.transformer)(ids, mask), theirs)


def test_ignored_characters_are_no_tokens_and_move_no_offset(encoder: Encoder) -> None:
    text = "It's late (again). Why?"
    reader = Tokenizer(ignore_characters(encoder.tokenizer_json, ".()'"), MAX_TOKENS)
    written = [text[start:end] for start, end in reader.tokenize(text).offsets]
    assert "".join(written) == "ItslateagainWhy?"
    assert ignore_characters(encoder.tokenizer_json, "") == encoder.tokenizer_json


def test_a_merged_pair_has_one_state_whatever_stands_behind_it(encoder: Encoder) -> None:
    """Of five tokens and padding: two pairs, and the last alone."""
    transformer = Transformer(encoder.transformer, (0, 1), merge_after=(1,)).eval()
    ids = torch.arange(1000, 1005)[None]
    with torch.no_grad():
        alone = transformer(ids, torch.ones_like(ids))[0]
        mask = torch.ones(1, 8, dtype=torch.int64)
        mask[0, 5:] = 0
        padded = transformer(torch.cat([ids, ids[:, :3]], dim=1), mask)[0]
    assert alone.shape == (5, DIMENSION)
    assert torch.equal(alone[0], alone[1])
    assert torch.equal(alone[2], alone[3])
    assert not torch.equal(alone[3], alone[4])
    assert padded[:5].numpy() == pytest.approx(alone.numpy(), abs=1e-5)


def test_merging_is_exported_for_every_length(encoder: Encoder, tokenizer: Tokenizer) -> None:
    config = FineTuneConfig(layers=(0, 1, 0), merge_after=(1, 2), **TEACHING)
    network = build_network(encoder, config, seed=1)
    texts = ["pump " * n for n in range(1, 9)]
    tokens = [tokenizer.tokenize(text).ids[0] for text in texts]
    trained = run_network(network, tokens, "float32")
    assert check_parity(export_graph(network), tokenizer, texts, *trained) < 1e-5


def test_the_first_stage_is_exported_for_every_length(
    encoder: Encoder, tokenizer: Tokenizer
) -> None:
    """And reads the same whatever padding stands behind a text."""
    network = build_first_network(encoder, FIRST_STAGE, seed=1)
    texts = ["pump " * n for n in range(9)]
    tokens = [tokenizer.tokenize(text).ids[0] for text in texts]
    trained, requests = run_network(network, tokens, "float32")
    for row, each in enumerate(tokens):
        labels, asked = run_network(network, [each])
        assert labels[0] == pytest.approx(trained[row], abs=1e-5)
        assert asked[0] == pytest.approx(requests[row], abs=1e-5)
    graph = export_graph(network)
    assert check_parity(graph, tokenizer, texts, trained, requests) < 1e-5
    small = quantise_graph(graph)
    assert small.ByteSize() < 0.4 * graph.ByteSize()
    assert list_operators(small.graph) <= ALLOWED_OPERATORS


def test_a_convolution_sees_its_width_and_the_mean(encoder: Encoder) -> None:
    words = encoder.transformer.get_submodule("embeddings.word_embeddings").weight
    assert isinstance(words, torch.Tensor)
    near = Convolutions(words, 8, 16, (3,)).eval()
    ids = torch.arange(1000, 1009)[None]
    other = ids.clone()
    other[0, 8] = 2000
    with torch.no_grad():
        first, second = (near(each, torch.ones_like(ids))[0] for each in (ids, other))
        assert torch.equal(first[:7], second[:7])
        assert not torch.equal(first[7], second[7])
        far = Convolutions(words, 8, 16, (3, 3)).eval()
        first, second = (far(each, torch.ones_like(ids))[0] for each in (ids, other))
    assert not torch.equal(first[0], second[0])


def test_weights_in_pieces_are_put_together(folder: Path, tmp_path: Path) -> None:
    """As three installed packages hold them, each with a piece of one zip file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, Path("tiny") / path.relative_to(folder))
    data, names = whole.getvalue(), ("tiny-one", "tiny-two", "tiny-three")
    step = len(data) // len(names) + 1
    for number, name in enumerate(names):
        package = tmp_path / "site" / name.replace("-", "_")
        package.mkdir(parents=True)
        piece = package / f"tiny.zip.{number + 1:03}"
        piece.write_bytes(data[number * step : (number + 1) * step])
        info = tmp_path / "site" / f"{package.name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "RECORD").write_text(f"{package.name}/{piece.name},,\n")
    sys.path.insert(0, str(tmp_path / "site"))
    try:
        found = locate_encoder("+".join(f"package:{name}" for name in names), tmp_path / "work")
    finally:
        sys.path.remove(str(tmp_path / "site"))
    assert (Path(found) / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
