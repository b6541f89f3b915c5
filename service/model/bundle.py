"""The bundle: the one contract between training and serving, checked before anything runs it.

A folder of inert files. ``manifest.json`` names the sha256 of every other file and every operator
of the graph; nothing else may lie in the folder. The order of the checks matters: the runtime
sees no byte that has not passed all of them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal

import onnx
from google.protobuf.message import DecodeError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import BundleCorrupt

MANIFEST: Final = "manifest.json"
MODEL: Final = "model.onnx"
FIRST: Final = "first.onnx"
TOKENIZER: Final = "tokenizer.json"
CARD: Final = "CARD.md"

FORMAT: Final = 4
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
Temperature = Annotated[float, Field(ge=0.01, le=100)]
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

    It holds where the first stage answers alone above a confidence of ``alone``, and ``also`` is
    fitted to the same answers. ``coverage`` is the share of the validation messages that reach
    ``route``; 0 when there is no such threshold.
    """

    risk: Probability
    route: Probability
    coverage: Probability
    alone: Probability
    also: Mapping[str, Probability]


class Thresholds(_Frozen):
    """When to answer and when to abstain: a promise to keep, and others to choose from.

    ``route`` is the least confidence for routing without a person, ``alone`` the one above which
    the first stage answers alone, ``also`` the least for a further request. Each promise holds by
    itself with ``assurance`` over the draw of the validation messages.
    """

    route: Probability
    risk: Probability
    assurance: Probability
    alone: Probability = 1.0
    also: Mapping[str, Probability]
    promises: tuple[Promise, ...] = ()

    @model_validator(mode="after")
    def _keeps_a_promise(self) -> "Thresholds":
        if len({promise.risk for promise in self.promises}) < len(self.promises):
            raise ValueError("promises repeat a risk")
        if self.promises and self not in map(self.keeping, self.promises):
            raise ValueError("the thresholds are not those of a promise")
        return self

    def keeping(self, promise: Promise) -> "Thresholds":
        """The same with the thresholds of another promise."""
        return self.model_copy(update=promise.model_dump(exclude={"coverage"}))

    def find(self, risk: float) -> Promise:
        """What is promised for a risk.

        Raises:
            BundleCorrupt: the bundle promises nothing for it.
        """
        for promise in self.promises:
            if promise.risk == risk and promise.coverage > 0:
                return promise
        kept = ", ".join(f"{each.risk:g}" for each in self.promises if each.coverage > 0)
        raise BundleCorrupt(f"the bundle promises nothing for a risk of {risk:g}, but for {kept}")


class FirstStage(_Frozen):
    """The small graph that reads every text first, and answers alone where it is sure.

    Its label probabilities have their own ``temperature``. Its answer stands when the label is
    likely enough (``Thresholds.alone``) and no further request likelier than its ``most_doubt``;
    else the large graph reads too, and its answer is the one given.
    """

    temperature: Temperature
    most_doubt: Mapping[str, Probability]


class Data(_Frozen):
    """What the model learned from, and was held back from."""

    sha256: Sha256
    n_train: Annotated[int, Field(ge=1)]
    n_validation: Annotated[int, Field(ge=1)]
    n_test: Annotated[int, Field(ge=1)]


class Manifest(_Frozen):
    """What a bundle says of itself.

    ``temperature`` is that of the large graph's answer, with the first stage's added if there is
    one.

    Shapes:
        labels: names of the ``label_logits`` columns, in order.
        requests: names of the ``request_logits`` columns, in order.
    """

    format: Literal[4]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    version: str
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    requests: tuple[str, ...]
    encoder: Encoder
    max_tokens: Annotated[int, Field(ge=8, le=512)]
    temperature: Temperature
    first: FirstStage | None = None
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
        promised = (promise.also for promise in self.thresholds.promises)
        for also in (self.thresholds.also, *promised):
            if set(also) != set(self.requests):
                raise ValueError("also must name the requests, all and only")
        if self.first is not None and set(self.first.most_doubt) != set(self.requests):
            raise ValueError("first.most_doubt must name the requests, all and only")
        expected = {*self.graphs, TOKENIZER, CARD}
        if set(self.files) != expected:
            raise ValueError(f"files must be {', '.join(sorted(expected))}")
        return self

    @property
    def graphs(self) -> tuple[str, ...]:
        """The files that hold a graph."""
        return (MODEL,) if self.first is None else (FIRST, MODEL)


@dataclass(frozen=True, slots=True)
class Bundle:
    """An intact bundle in memory. ``digest`` is the sha256 of its manifest, so of all of it.

    ``first`` is the graph of the first stage, None when there is none.
    """

    manifest: Manifest
    digest: str
    model: bytes
    tokenizer: str
    first: bytes | None = None

    def keeping(self, promise: Promise) -> "Bundle":
        """The same with the thresholds of another of its promises."""
        thresholds = self.manifest.thresholds.keeping(promise)
        return replace(self, manifest=self.manifest.model_copy(update={"thresholds": thresholds}))


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
    _check_graphs({name: content[name] for name in manifest.graphs}, manifest)
    return Bundle(
        manifest=manifest,
        digest=hashlib.sha256(raw).hexdigest(),
        model=content[MODEL],
        tokenizer=_decode(content[TOKENIZER]),
        first=content.get(FIRST),
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


def _check_graphs(content: Mapping[str, bytes], manifest: Manifest) -> None:
    """Refuse whatever a quantised encoder does not need: the less there is, the less can hide."""
    operators = frozenset().union(*(_check_graph(name, raw) for name, raw in content.items()))
    if operators != set(manifest.operators):
        raise BundleCorrupt(f"{', '.join(content)}: operators are not those of the manifest")


def _check_graph(name: str, raw: bytes) -> frozenset[str]:
    """The operators of a graph that holds nothing else than may be run."""
    try:
        model = onnx.ModelProto.FromString(raw)
    except DecodeError as error:
        raise BundleCorrupt(f"{name}: not an ONNX graph") from error
    graph = model.graph
    operators = list_operators(graph)
    if unknown := sorted(operators - ALLOWED_OPERATORS):
        raise BundleCorrupt(f"{name}: operators not allowed: {', '.join(unknown)}")
    if model.functions or model.training_info or graph.sparse_initializer:
        raise BundleCorrupt(f"{name}: local functions, training graphs or sparse tensors")
    if not all(attribute.type in _PLAIN for node in graph.node for attribute in node.attribute):
        raise BundleCorrupt(f"{name}: an attribute holds a graph or a sparse tensor")
    if any(_is_outside(tensor) for tensor in _tensors(graph)):
        raise BundleCorrupt(f"{name}: data outside the file")
    names = tuple(i.name for i in graph.input), tuple(o.name for o in graph.output)
    if names != (INPUTS, OUTPUTS):
        raise BundleCorrupt(f"{name}: inputs and outputs are not those of a classifier")
    return operators


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield attribute.t
            yield from attribute.tensors


def _is_outside(tensor: onnx.TensorProto) -> bool:
    return bool(tensor.external_data) or tensor.data_location == onnx.TensorProto.EXTERNAL
