"""The configuration of one training run, read from TOML."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from training.dataset import RequestLabel

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
    Words that stand in ``min_word_count`` training messages in other languages than English, and
    that its tokenizer breaks up, are read whole as far as there is room; 0 for none.
    """

    source: str
    name: str
    licence: str
    sha256: Sha256
    max_tokens: Annotated[int, Field(ge=8, le=512)]
    ignored: str = ""
    min_word_count: Annotated[int, Field(ge=0)] = 0


class TeachingConfig(_Section):
    """How any network is taught.

    ``request_weight`` is what a request weighs beside the label, ``teacher_share`` how much of a
    message's loss is the distance to a teacher's answers. ``perturbation`` is the Euclidean length
    of the step of all word vectors to where a batch is learned a second time, 0 for not at all.
    ``word_rate`` is the rate of the word vectors, if not that of the encoder. ``precision`` is
    that of products inside the encoder.
    """

    n_epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=1)]
    encoder_rate: Annotated[float, Field(gt=0)]
    head_rate: Annotated[float, Field(gt=0)]
    word_rate: Annotated[float, Field(gt=0)] | None = None
    request_weight: Annotated[float, Field(gt=0)] = 1.0
    teacher_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    perturbation: Annotated[float, Field(ge=0)] = 0.0
    precision: Literal["float32", "bfloat16"] = "bfloat16"


class FineTuneConfig(TeachingConfig):
    """A network made from the pretrained encoder.

    ``layers`` of it are kept, in this order; without ``layers`` the encoder stays as it comes.
    After as many layers as ``merge_after`` names, tokens are merged in pairs.
    """

    layers: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    merge_after: tuple[PositiveInt, ...] = ()

    @model_validator(mode="after")
    def _layers_allow_the_rest(self) -> Self:
        n_layers = len(self.layers or ())
        if any(n_done >= n_layers for n_done in self.merge_after):
            raise ValueError(f"merge_after {self.merge_after}: {n_layers} layers to merge between")
        if (self.perturbation or self.word_rate) and self.layers is None:
            raise ValueError("the words of an encoder as it comes are not taught, nor perturbed")
        return self


class TeacherConfig(FineTuneConfig):
    """A network that is taught first and then answers for the one that is served.

    It answers the training messages and ``n_copies`` altered copies of each.
    """

    encoder: EncoderConfig
    n_copies: Annotated[int, Field(ge=0)] = 0


class FirstConfig(TeachingConfig):
    """The small network that reads first; the network of ``finetune`` is its teacher.

    Word vectors of ``n_dimensions``, then a convolution of ``n_channels`` for each of ``widths``,
    in tokens. It learns from the training messages and ``n_copies`` altered copies of each.
    """

    n_dimensions: PositiveInt
    n_channels: PositiveInt
    widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    n_copies: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _widths_have_a_middle(self) -> Self:
        if any(width % 2 == 0 for width in self.widths):
            raise ValueError(
                f"widths {self.widths}: each must be odd, to have a token in its middle"
            )
        return self


class ExportConfig(_Section):
    """Whether activations are scaled for each text, or once for all (for comparison only)."""

    quantisation: Literal["dynamic", "static"] = "dynamic"


class BaselinesConfig(_Section):
    """The frozen encoder that others are compared with.

    ``lexical_length`` is the weight of the words beside the sentence embedding, whose length is 1.
    """

    lexical_length: Annotated[float, Field(ge=0)]


class PromiseConfig(_Section):
    """A ``risk`` to promise; the first stage answers alone above a confidence of ``alone``."""

    risk: Share
    alone: Annotated[float, Field(gt=0, le=1)] = 1.0


class ThresholdsConfig(_Section):
    """What the thresholds promise.

    At most ``risk`` of the routed messages go wrong, with ``assurance``; an operator may choose
    the risk of another of ``promises``. A further request is named from the threshold of the best
    F1 at which at least ``also_precision`` of those named on validation were real. The first stage
    never answers alone where another request is likelier than ``most_doubt`` says, 0 if it says
    nothing.
    """

    risk: Share
    assurance: Share
    also_precision: Share
    most_doubt: dict[RequestLabel, Share] = {}
    promises: Annotated[tuple[PromiseConfig, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _risk_is_promised(self) -> Self:
        if self.risk not in {each.risk for each in self.promises}:
            raise ValueError(f"risk {self.risk:g} is not one of the promises")
        if len({each.risk for each in self.promises}) < len(self.promises):
            raise ValueError("promises repeat a risk")
        return self


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
    first: FirstConfig | None = None
    export: ExportConfig = ExportConfig()
    baselines: BaselinesConfig
    thresholds: ThresholdsConfig
    evaluation: EvaluationConfig
    gates: GatesConfig


def load_config(path: Path) -> Config:
    """The configuration in a TOML file; pydantic names what is wrong with it."""
    return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
