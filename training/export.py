"""Encoder, pooling and heads as one ONNX graph: exported, proven equal, quantised."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from scipy.special import softmax
from torch.nn.functional import normalize

from service.errors import SignalboxError
from service.model.bundle import INPUTS, OUTPUTS
from service.model.network import Network
from service.model.tokens import Tokenizer
from training.encoder import Encoder
from training.head import Floats, Head, Linear

OPSET: Final = 20
MAX_DIFFERENCE: Final = 1e-4  # in probability, between the trained model and its fp32 graph


class ExportError(SignalboxError):
    """The graph does not compute what was trained."""


class _Network(torch.nn.Module):
    """Token ids and mask to both heads' logits."""

    idf: torch.Tensor

    def __init__(self, transformer: torch.nn.Module, head: Head) -> None:
        super().__init__()
        self.transformer = transformer
        self.register_buffer("idf", torch.from_numpy(head.lexicon.idf).float())
        self.lexical_length = head.lexicon.length
        self.labels = _layer(head.labels)
        self.requests = _layer(head.requests)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
        features = torch.cat([normalize(mean, dim=1), self._lexical(input_ids, mask)], dim=1)
        return self.labels(features), self.requests(features)

    def _lexical(self, input_ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What ``Lexicon.vectors`` computes: float32[batch, n_vocabulary]."""
        absent = torch.zeros(input_ids.shape[0], len(self.idf))
        present = absent.scatter(1, input_ids, mask.squeeze(-1))
        return normalize(present * self.idf, dim=1) * self.lexical_length


def export_graph(encoder: Encoder, head: Head) -> onnx.ModelProto:
    """The fp32 graph, free of traces of the machine that made it."""
    network = _Network(encoder.transformer, head).eval()
    ids = torch.arange(1000, 1032, dtype=torch.int64).reshape(2, 16)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=512)}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            network,
            (ids, torch.ones_like(ids)),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes=(axes, axes),
            verbose=False,
        )
    if program is None:
        raise ExportError("the exporter returned no program")
    return _without_traces(program.model_proto)


def quantise_graph(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with int8 weights, scaled per channel: one scale per tensor loses accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph, source)
        quantize_dynamic(
            source,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )
        return _without_traces(onnx.load(target))


def check_parity(
    graph: onnx.ModelProto,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    label_logits: Floats,
    temperature: float,
) -> float:
    """The largest difference in probability between trained model and graph, over ``texts``.

    Raises:
        ExportError: a probability differs by more than ``MAX_DIFFERENCE``, or a label differs.
    """
    network = Network(graph.SerializeToString())
    exported = np.stack([network.run(tokenizer.tokenize(text)).labels for text in texts])
    trained = softmax(label_logits / temperature, axis=1)
    served = softmax(exported.astype(np.float64) / temperature, axis=1)
    difference = float(np.abs(trained - served).max())
    n_other = int((trained.argmax(axis=1) != served.argmax(axis=1)).sum())
    if difference > MAX_DIFFERENCE or n_other:
        raise ExportError(f"probabilities differ by {difference:.2e}, {n_other} labels differ")
    return difference


def _layer(linear: Linear) -> torch.nn.Linear:
    n_outputs, dimension = linear.weights.shape
    layer = torch.nn.Linear(dimension, n_outputs)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(linear.weights))
        layer.bias.copy_(torch.from_numpy(linear.bias))
    return layer


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop file paths, stack traces and inferred shapes, which the quantiser trips over."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
        value.doc_string = ""
    return model
