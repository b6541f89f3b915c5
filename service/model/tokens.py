"""Text to token ids, with the tokenizer of the bundle."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as FastTokenizer

from service.errors import BundleCorrupt

_UNKNOWN: Final = "[UNK]"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids of one text.

    Shapes:
        ids, mask: int64[1, length], 1 <= length <= max_tokens.
        offsets: start and end of each token in the text; (0, 0) for special ones.
    Units: ``unknown`` is the share of the tokens, special ones aside, that have no id of their own.
    """

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    offsets: list[tuple[int, int]]
    unknown: float


class Tokenizer:
    """Cuts a text into at most ``max_tokens`` tokens, special ones included."""

    def __init__(self, definition: str, max_tokens: int) -> None:
        try:
            self._fast = FastTokenizer.from_str(definition)
        except Exception as error:  # the library raises bare exceptions
            raise BundleCorrupt("the tokenizer's definition cannot be read") from error
        # The published file pads every text to 128 tokens and cuts there, at many times the cost.
        self._fast.no_padding()
        self._fast.enable_truncation(max_tokens)
        self._unknown = self._fast.token_to_id(_UNKNOWN)

    @property
    def n_vocabulary(self) -> int:
        """How many token ids there are; every id is below it."""
        return int(self._fast.get_vocab_size())

    def tokenize(self, text: str) -> Tokens:
        """The tokens of ``text``, cut at the end if it is too long."""
        encoding = self._fast.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        written = np.array(encoding.special_tokens_mask) == 0
        unknown = float(np.mean(ids[0, written] == self._unknown)) if written.any() else 0.0
        return Tokens(ids=ids, mask=np.ones_like(ids), offsets=encoding.offsets, unknown=unknown)
