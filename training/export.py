"""The trained network as one ONNX graph: exported, proven equal, quantised."""

import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from scipy.special import expit, softmax

from service.errors import SignalboxError
from service.model.bundle import INPUTS, OUTPUTS
from service.model.network import Network as Session
from service.model.tokens import Tokenizer
from training.network import Network

OPSET: Final = 20
_INT8: Final[dict[str, Any]] = {
    "per_channel": True,
    "weight_type": QuantType.QInt8,
    "op_types_to_quantize": ["MatMul", "Gather"],
}
MAX_DIFFERENCE: Final = 1e-4  # in probability, between the trained model and its fp32 graph


class ExportError(SignalboxError):
    """The graph does not compute what was trained."""


def export_graph(network: Network) -> onnx.ModelProto:
    """The fp32 graph, free of traces of the machine that made it."""
    network.eval()
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
    """The graph with int8 weights, scaled per channel: one scale per tensor loses accuracy.

    Activations get their scale from each text as it is read.
    """

    def quantise(source: Path, target: Path) -> None:
        quantize_dynamic(source, target, extra_options={"MatMulConstBOnly": True}, **_INT8)

    return _converted(graph, quantise)


def quantise_statically(
    graph: onnx.ModelProto, tokenizer: Tokenizer, texts: Sequence[str]
) -> onnx.ModelProto:
    """The same, but activations have one scale for ever, found on ``texts``."""

    def quantise(source: Path, target: Path) -> None:
        quantize_static(
            source, target, _Feeds(tokenizer, texts), quant_format=QuantFormat.QDQ, **_INT8
        )

    return _converted(graph, quantise)


class _Feeds(CalibrationDataReader):  # type: ignore[misc]
    """Texts as the quantiser wants them: one feed a call, then None."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        tokens = map(tokenizer.tokenize, texts)
        self._feeds = (dict(zip(INPUTS, (t.ids, t.mask), strict=True)) for t in tokens)

    def get_next(self) -> dict[str, NDArray[np.int64]] | None:
        return next(self._feeds, None)


def _converted(graph: onnx.ModelProto, convert: Callable[[Path, Path], None]) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph, source)
        convert(source, target)
        return _without_traces(onnx.load(target))


def check_parity(
    graph: onnx.ModelProto,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    labels: NDArray[np.float32],
    requests: NDArray[np.float32],
) -> float:
    """The largest difference in probability between trained model and graph, over ``texts``.

    Shapes:
        labels: float32[n_texts, n_labels] and requests: float32[n_texts, n_requests], the trained
            model's logits.

    Raises:
        ExportError: a probability differs by more than ``MAX_DIFFERENCE``, or a label differs.
    """
    session = Session(graph.SerializeToString())
    served = [session.run(tokenizer.tokenize(text)) for text in texts]
    exported = np.stack([logits.labels for logits in served])
    asked = expit(np.stack([logits.requests for logits in served]).astype(np.float64))
    difference = max(
        float(np.abs(_likely(labels) - _likely(exported)).max()),
        float(np.abs(expit(requests.astype(np.float64)) - asked).max()),
    )
    n_other = int((labels.argmax(axis=1) != exported.argmax(axis=1)).sum())
    if difference > MAX_DIFFERENCE or n_other:
        raise ExportError(f"probabilities differ by {difference:.2e}, {n_other} labels differ")
    return difference


def _likely(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    probabilities: NDArray[np.float64] = softmax(logits.astype(np.float64), axis=1)
    return probabilities


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
