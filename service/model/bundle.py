"""The bundle: the one contract between training and serving, checked before anything runs it.

A folder of inert files. ``manifest.json`` names the sha256 of every other file and every operator
of the graph; nothing else may lie in the folder. The order of the checks matters: the runtime
sees no byte that has not passed all of them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import onnx
from google.protobuf.message import DecodeError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import BundleCorrupt

MANIFEST: Final = "manifest.json"
MODEL: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
CARD: Final = "CARD.md"

FORMAT: Final = 2
INPUTS: Final = ("input_ids", "attention_mask")
OUTPUTS: Final = ("label_logits", "request_logits", "label_tokens", "request_tokens")
MAX_FILE_BYTES: Final = 512 * 2**20

# What a quantised transformer encoder with linear heads needs, and no more: nothing here reads
# files, loops without a bound, or calls out. A new architecture adds its operators in review.
ALLOWED_OPERATORS: Final = frozenset(
    """
    Add And Cast Clip Concat Constant ConstantOfShape DequantizeLinear Div DynamicQuantizeLinear
    Equal Erf Expand Gather GatherElements GatherND Gelu Gemm GreaterOrEqual LayerNormalization
    MatMul MatMulInteger Max Mul Not Pow Range ReduceL2 ReduceLogSumExp ReduceMax ReduceMean
    ReduceSum Relu Reshape ScatterElements Shape Sigmoid Slice Softmax Split Sqrt Squeeze Sub Tanh
    Transpose Unsqueeze Where
    """.split()  # noqa: SIM905 - the alphabet reads better without quotes
)

_PLAIN: Final = frozenset(
    getattr(onnx.AttributeProto, kind)
    for kind in ("FLOAT", "INT", "STRING", "TENSOR", "FLOATS", "INTS", "STRINGS", "TENSORS")
)

Probability = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Encoder(_Frozen):
    """The pretrained encoder the graph was made from."""

    name: str
    licence: str
    sha256: Sha256


class Promise(_Frozen):
    """At a confidence of ``route`` or more, at most ``risk`` of the routed go to a wrong team.

    ``coverage`` is the share of the validation messages that reach it; 0 when there is no such
    threshold.
    """

    risk: Probability
    route: Probability
    coverage: Probability


class Thresholds(_Frozen):
    """When to answer and when to abstain.

    ``route`` is the least confidence for routing without a person, the one promised for ``risk``;
    ``promises`` has others to choose from. Each holds by itself with ``assurance`` over the draw
    of the validation messages. ``also`` holds the least confidence for a further request.
    """

    route: Probability
    risk: Probability
    assurance: Probability
    also: Mapping[str, Probability]
    promises: tuple[Promise, ...] = ()

    def at_risk(self, risk: float) -> "Thresholds":
        """The same with the threshold promised for another risk.

        Raises:
            BundleCorrupt: the bundle promises nothing for it.
        """
        for promise in self.promises:
            if promise.risk == risk and promise.coverage > 0:
                return self.model_copy(update={"risk": risk, "route": promise.route})
        kept = ", ".join(f"{each.risk:g}" for each in self.promises if each.coverage > 0)
        raise BundleCorrupt(f"the bundle promises nothing for a risk of {risk:g}, but for {kept}")


class Data(_Frozen):
    """What the model learned from, and was held back from."""

    sha256: Sha256
    n_train: Annotated[int, Field(ge=1)]
    n_validation: Annotated[int, Field(ge=1)]
    n_test: Annotated[int, Field(ge=1)]


class Manifest(_Frozen):
    """What a bundle says of itself.

    Shapes:
        labels: names of the ``label_logits`` columns, in order.
        requests: names of the ``request_logits`` columns, in order.
    """

    format: Literal[2]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    version: str
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    requests: tuple[str, ...]
    encoder: Encoder
    max_tokens: Annotated[int, Field(ge=8, le=512)]
    temperature: Annotated[float, Field(ge=0.01, le=100)]
    thresholds: Thresholds
    data: Data
    metrics: Mapping[str, float]
    operators: tuple[str, ...]
    files: Mapping[str, Sha256]

    @model_validator(mode="after")
    def _consistent(self) -> "Manifest":
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels repeat")
        if not set(self.requests) <= set(self.labels):
            raise ValueError("a request is not a label")
        if set(self.thresholds.also) != set(self.requests):
            raise ValueError("thresholds.also must name the requests, all and only")
        if set(self.files) != {MODEL, TOKENIZER, CARD}:
            raise ValueError(f"files must be {MODEL}, {TOKENIZER} and {CARD}")
        return self


@dataclass(frozen=True, slots=True)
class Bundle:
    """An intact bundle in memory. ``digest`` is the sha256 of its manifest, so of all of it."""

    manifest: Manifest
    digest: str
    model: bytes
    tokenizer: str


def load_bundle(folder: Path) -> Bundle:
    """The bundle in ``folder``, read once and checked in memory.

    Raises:
        BundleCorrupt: a file is missing, foreign, altered or too large; the manifest does not
            parse; the graph holds an unlisted operator, outside data or other inputs or outputs.
    """
    raw = _read(folder, MANIFEST)
    _refuse_other_format(folder, raw)
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "manifest"
        raise BundleCorrupt(f"{folder / MANIFEST}: {place}: {first['msg']}") from error
    _refuse_foreign_files(folder, manifest)
    content = {name: _read(folder, name) for name in manifest.files}
    for name, expected in manifest.files.items():
        if (found := hashlib.sha256(content[name]).hexdigest()) != expected:
            raise BundleCorrupt(f"{folder / name}: sha256 {found}, the manifest says {expected}")
    _check_graph(content[MODEL], manifest)
    return Bundle(
        manifest=manifest,
        digest=hashlib.sha256(raw).hexdigest(),
        model=content[MODEL],
        tokenizer=_decode(content[TOKENIZER]),
    )


def list_operators(graph: onnx.GraphProto) -> frozenset[str]:
    """Every operator of a graph, as ``Name`` or ``domain.Name``."""
    return frozenset(
        f"{node.domain}.{node.op_type}" if node.domain not in {"", "ai.onnx"} else node.op_type
        for node in graph.node
    )


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise BundleCorrupt(f"{path}: missing, or not a plain file")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BundleCorrupt(f"{path}: larger than {MAX_FILE_BYTES} bytes")
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleCorrupt(f"{path}: {error.strerror}") from error


def _refuse_other_format(folder: Path, raw: bytes) -> None:
    """Say plainly that a bundle is of another time, before its fields are found wrong."""
    try:
        found = json.loads(raw).get("format")
    except (ValueError, AttributeError):
        return  # not a manifest at all, which the schema will say
    if found != FORMAT:
        raise BundleCorrupt(
            f"{folder}: format {found}, this service reads format {FORMAT}: train it anew"
        )


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BundleCorrupt(f"{TOKENIZER}: not UTF-8") from error


def _refuse_foreign_files(folder: Path, manifest: Manifest) -> None:
    found = {entry.name for entry in folder.iterdir()}
    if foreign := sorted(found - set(manifest.files) - {MANIFEST}):
        raise BundleCorrupt(f"{folder}: files the manifest does not list: {', '.join(foreign)}")


def _check_graph(raw: bytes, manifest: Manifest) -> None:
    """Refuse whatever a quantised encoder does not need: the less there is, the less can hide."""
    try:
        model = onnx.ModelProto.FromString(raw)
    except DecodeError as error:
        raise BundleCorrupt(f"{MODEL}: not an ONNX graph") from error
    graph = model.graph
    operators = list_operators(graph)
    if unknown := sorted(operators - ALLOWED_OPERATORS):
        raise BundleCorrupt(f"{MODEL}: operators not allowed: {', '.join(unknown)}")
    if operators != set(manifest.operators):
        raise BundleCorrupt(f"{MODEL}: its operators are not those of the manifest")
    if model.functions or model.training_info or graph.sparse_initializer:
        raise BundleCorrupt(f"{MODEL}: local functions, training graphs or sparse tensors")
    if not all(attribute.type in _PLAIN for node in graph.node for attribute in node.attribute):
        raise BundleCorrupt(f"{MODEL}: an attribute holds a graph or a sparse tensor")
    if any(_is_outside(tensor) for tensor in _tensors(graph)):
        raise BundleCorrupt(f"{MODEL}: data outside the file")
    names = tuple(i.name for i in graph.input), tuple(o.name for o in graph.output)
    if names != (INPUTS, OUTPUTS):
        raise BundleCorrupt(f"{MODEL}: inputs and outputs are not those of a classifier")


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield attribute.t
            yield from attribute.tensors


def _is_outside(tensor: onnx.TensorProto) -> bool:
    return bool(tensor.external_data) or tensor.data_location == onnx.TensorProto.EXTERNAL
