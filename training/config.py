"""The configuration of one training run, read from TOML."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

Share = Annotated[float, Field(gt=0, lt=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(_Section):
    """Where the messages are. ``max_per_split`` keeps the first so many, for quick runs."""

    folder: Path
    max_per_split: PositiveInt | None = None


class EncoderConfig(_Section):
    """The pretrained encoder: ``package:NAME``, a local folder or a hub name, and its digest."""

    source: str
    name: str
    licence: str
    sha256: Sha256
    max_tokens: Annotated[int, Field(ge=8, le=512)]


class HeadConfig(_Section):
    """The linear heads: inverse L2 penalties tried by cross-validation over authors.

    ``lexical_length`` is the weight of the words beside the sentence embedding, whose length is 1;
    0 leaves the embedding alone.
    """

    lexical_length: Annotated[float, Field(ge=0)]
    inverse_penalties: Annotated[tuple[float, ...], Field(min_length=1)]
    n_folds: Annotated[int, Field(ge=2)]


class ThresholdsConfig(_Section):
    """What the thresholds promise.

    At most ``risk`` of the routed messages go wrong, with ``assurance``; a further request is
    named where at least ``also_precision`` of those named on validation were real.
    """

    risk: Share
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
    head: HeadConfig
    thresholds: ThresholdsConfig
    evaluation: EvaluationConfig
    gates: GatesConfig


def load_config(path: Path) -> Config:
    """The configuration in a TOML file; pydantic names what is wrong with it."""
    return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
