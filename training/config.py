"""The configuration of one training run, read from TOML."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

Share = Annotated[float, Field(gt=0, lt=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(_Section):
    """Where the messages are.

    ``max_per_split`` keeps about so many of each split, for quick runs; ``train_share`` keeps that
    share of the training messages, drawn at random, for learning curves.
    """

    folder: Path
    train_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_per_split: PositiveInt | None = None


class EncoderConfig(_Section):
    """The pretrained encoder and the digest of its weights.

    ``source`` is ``package:NAME``, several joined by ``+`` when each carries a piece of one zip
    file, or a local folder, or a hub name. ``ignored`` are characters that are read as blanks.
    """

    source: str
    name: str
    licence: str
    sha256: Sha256
    max_tokens: Annotated[int, Field(ge=8, le=512)]
    ignored: str = ""


class FineTuneConfig(_Section):
    """How a network is taught.

    ``layers`` of the pretrained encoder are kept, in this order, with this ``activation`` and the
    ``n_neurons`` strongest of each, all when that is not set; without ``layers`` the encoder stays
    as it comes. After as many layers as ``merge_after`` names, tokens are merged in pairs.
    ``request_weight`` is what a request weighs beside the label, ``teacher_share`` how much of a
    message's loss is the distance to the teacher's answers. ``precision`` is that of products
    inside the encoder. The whole schedule runs ``n_cycles`` times: warm restarts, as in SGDR
    (https://arxiv.org/abs/1608.03983).
    """

    layers: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    activation: Literal["gelu", "relu"] = "gelu"
    n_neurons: PositiveInt | None = None
    merge_after: tuple[PositiveInt, ...] = ()
    n_epochs: Annotated[int, Field(ge=1)]
    n_cycles: Annotated[int, Field(ge=1)] = 1
    batch_size: Annotated[int, Field(ge=1)]
    encoder_rate: Annotated[float, Field(gt=0)]
    head_rate: Annotated[float, Field(gt=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    request_weight: Annotated[float, Field(gt=0)] = 1.0
    teacher_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    precision: Literal["float32", "bfloat16"] = "bfloat16"

    @model_validator(mode="after")
    def _merges_between_its_layers(self) -> Self:
        n_layers = len(self.layers or ())
        if any(n_done >= n_layers for n_done in self.merge_after):
            raise ValueError(f"merge_after {self.merge_after}: {n_layers} layers to merge between")
        return self


class TeacherConfig(FineTuneConfig):
    """A network that is taught first and then answers for the one that is served.

    It answers the training messages and ``n_copies`` altered copies of each.
    """

    encoder: EncoderConfig
    n_copies: Annotated[int, Field(ge=0)] = 0


class RefineConfig(_Section):
    """The last epochs of a network with a teacher, on the labelled messages alone.

    Requests are learned from the labels only, with this ``request_weight``; all else stays as in
    ``FineTuneConfig``.
    """

    n_epochs: Annotated[int, Field(ge=1)]
    encoder_rate: Annotated[float, Field(gt=0)]
    head_rate: Annotated[float, Field(gt=0)]
    request_weight: Annotated[float, Field(gt=0)]


class ExportConfig(_Section):
    """Whether activations are scaled for each text, or once for all (for comparison only)."""

    quantisation: Literal["dynamic", "static"] = "dynamic"


class BaselinesConfig(_Section):
    """The frozen encoder that others are compared with.

    ``lexical_length`` is the weight of the words beside the sentence embedding, whose length is 1.
    """

    lexical_length: Annotated[float, Field(ge=0)]


class ThresholdsConfig(_Section):
    """What the thresholds promise.

    At most ``risk`` of the routed messages go wrong, with ``assurance``; an operator may choose
    another of ``risks``. A further request is named where at least ``also_precision`` of those
    named on validation were real.
    """

    risk: Share
    risks: tuple[Share, ...]
    assurance: Share
    also_precision: Share


class EvaluationConfig(_Section):
    """``n_resamples`` bootstrap samples behind each interval."""

    n_resamples: Annotated[int, Field(ge=100)]


class GatesConfig(_Section):
    """What a version must reach on the test split before it may be champion."""

    min_macro_f1: Share
    max_ece: Share
    max_quantisation_loss: Share


class Config(_Section):
    """One training run. ``name`` and ``version`` go into the manifest."""

    name: str
    version: str
    seed: int
    data: DataConfig
    encoder: EncoderConfig
    finetune: FineTuneConfig
    teacher: TeacherConfig | None = None
    refine: RefineConfig | None = None
    export: ExportConfig = ExportConfig()
    baselines: BaselinesConfig
    thresholds: ThresholdsConfig
    evaluation: EvaluationConfig
    gates: GatesConfig


def load_config(path: Path) -> Config:
    """The configuration in a TOML file; pydantic names what is wrong with it."""
    return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
