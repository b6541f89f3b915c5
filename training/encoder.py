"""The pretrained sentence encoder: finding it, proving it is the one, embedding with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from training.config import EncoderConfig

WEIGHTS: Final = "model.safetensors"
_PACKAGE: Final = "package:"


class EncoderError(Exception):
    """The encoder cannot be had, or its weights are not those that were asked for."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A sentence-transformers model on the CPU: transformer, mean pooling, unit length."""

    model: SentenceTransformer
    sha256: str

    @property
    def transformer(self) -> torch.nn.Module:
        """The bare transformer, token ids to hidden states."""
        return self.model.get_submodule("0.model")

    @property
    def tokenizer_json(self) -> str:
        """The fast tokenizer's own definition, without its fixed padding and truncation."""
        fast = self.model.tokenizer.backend_tokenizer
        fast.no_padding()
        fast.no_truncation()
        definition: str = fast.to_str(pretty=False)
        return definition


def load_encoder(config: EncoderConfig) -> Encoder:
    """The encoder at ``config.source``, its weights checked against ``config.sha256``.

    Raises:
        EncoderError: not found, other weights, or other layers than mean pooling to unit length.
    """
    folder = locate_encoder(config.source)
    model = SentenceTransformer(
        folder, device="cpu", model_kwargs={"attn_implementation": "eager"}
    ).eval()
    model.max_seq_length = config.max_tokens
    layers = [type(layer).__name__ for layer in model]
    if layers != ["Transformer", "Pooling", "Normalize"] or model[1].pooling_mode != "mean":
        raise EncoderError(f"{config.source}: expected mean pooling to unit length, found {layers}")
    weights = Path(folder) / WEIGHTS if Path(folder).is_dir() else _hub_weights(folder)
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != config.sha256:
        raise EncoderError(f"{weights}: sha256 {found}, expected {config.sha256}")
    return Encoder(model=model, sha256=found)


def locate_encoder(source: str) -> str:
    """The folder of ``package:NAME`` (its files are found, its code never runs), or the source."""
    if not source.startswith(_PACKAGE):
        return source
    name = source.removeprefix(_PACKAGE)
    try:
        entries = files(name) or []
    except PackageNotFoundError as error:
        raise EncoderError(f"install {name}: it carries the encoder") from error
    weights = [entry for entry in entries if entry.name == WEIGHTS]
    if len(weights) != 1:
        raise EncoderError(f"{name}: {len(weights)} files named {WEIGHTS}, expected one")
    return str(Path(str(weights[0].locate())).parent)


def embed_texts(encoder: Encoder, texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """Embeddings, float32[n_texts, dimension], of unit length; kept in ``cache`` by digest.

    The digest covers weights, length limit and every text, so a stale file cannot be met.
    """
    digest = hashlib.sha256(f"{encoder.sha256} {encoder.model.max_seq_length}".encode())
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    path = cache / f"{digest.hexdigest()}.npy"
    if path.is_file():
        stored: NDArray[np.float32] = np.load(path, allow_pickle=False)
        return stored
    embeddings: NDArray[np.float32] = encoder.model.encode(
        list(texts), batch_size=16, show_progress_bar=True, convert_to_numpy=True
    )
    cache.mkdir(parents=True, exist_ok=True)
    np.save(path, embeddings)
    return embeddings


def _hub_weights(name: str) -> Path:
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - only where there is a hub

    return Path(hf_hub_download(name, WEIGHTS))
