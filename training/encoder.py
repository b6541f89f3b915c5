"""The pretrained sentence encoder: finding it, proving it is the one, embedding with it."""

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Regex, normalizers
from tokenizers import Tokenizer as FastTokenizer

from training.config import EncoderConfig

WEIGHTS: Final = "model.safetensors"
_PACKAGE: Final = "package:"
_PIECE: Final = re.compile(r"\.zip\.\d{3}$")


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
    def words(self) -> torch.Tensor:
        """The table of word vectors, float32[n_vocabulary, dimension], itself."""
        return self.transformer.get_parameter("embeddings.word_embeddings.weight")

    @property
    def tokenizer_json(self) -> str:
        """The fast tokenizer's own definition, without its fixed padding and truncation."""
        fast = self.model.tokenizer.backend_tokenizer
        fast.no_padding()
        fast.no_truncation()
        definition: str = fast.to_str(pretty=False)
        return definition


def load_encoder(config: EncoderConfig, work: Path) -> Encoder:
    """The encoder at ``config.source``, its weights checked against ``config.sha256``.

    ``work`` holds what is unpacked from packages.

    Raises:
        EncoderError: not found, other weights, or other layers than mean pooling to unit length.
    """
    folder = locate_encoder(config.source, work)
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


def ignore_characters(definition: str, characters: str) -> str:
    """The tokenizer's ``definition``, reading blanks where the text has one of ``characters``.

    A comma costs as much as a word.
    """
    if not characters:
        return definition
    tokenizer = FastTokenizer.from_str(definition)
    blank = normalizers.Replace(Regex(f"[{re.escape(characters)}]"), " ")
    tokenizer.normalizer = normalizers.Sequence([blank, tokenizer.normalizer])
    reading: str = tokenizer.to_str(pretty=False)
    return reading


def locate_encoder(source: str, work: Path) -> str:
    """The folder of the packages named (files are found, their code never runs), or the source."""
    if not source.startswith(_PACKAGE):
        return source
    paths = [path for name in source.split("+") for path in _package_files(name)]
    pieces = sorted(
        (path for path in paths if _PIECE.search(path.name)), key=lambda path: path.name
    )
    weights = [path for path in paths if path.name == WEIGHTS] or _unpack(pieces, work)
    if len(weights) != 1:
        raise EncoderError(f"{source}: {len(weights)} files named {WEIGHTS}, expected one")
    return str(weights[0].parent)


def _package_files(source: str) -> list[Path]:
    name = source.removeprefix(_PACKAGE)
    try:
        entries = files(name) or []
    except PackageNotFoundError as error:
        raise EncoderError(f"install {name}: it carries the encoder") from error
    return [Path(str(entry.locate())) for entry in entries]


def _unpack(pieces: Sequence[Path], work: Path) -> list[Path]:
    """The weights in the zip file that the pieces make together, below ``work``."""
    if not pieces:
        return []
    folder = work / pieces[0].name
    if not folder.is_dir():
        whole = io.BytesIO(b"".join(piece.read_bytes() for piece in pieces))
        part = folder.with_suffix(".part")
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(part)
        part.replace(folder)
    return list(folder.rglob(WEIGHTS))


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
