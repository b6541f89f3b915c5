"""The small encoder: word vectors and what stands around them, without attention.

A few hundredths of a transformer's work. It knows phrases and, by the mean over the text, what the
message is about; it does not know which of two matters the sender still wants settled.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

_DROPOUT: Final = 0.2
_WORD_DROPOUT: Final = 0.1  # share of the tokens not seen while it learns
_SPREAD: Final = 0.5  # of a word vector's components, at the start


class Convolutions(nn.Module):
    """Token ids and mask, int64[batch, length], to float32[batch, length, n_channels].

    ``words``, float32[n_vocabulary, dimension], are reduced to their ``n_dimensions`` principal
    components. Each convolution sees as many tokens as its width; between two of them every token
    learns the mean of all, as in squeeze-and-excitation (https://arxiv.org/abs/1709.01507).
    """

    def __init__(
        self, words: Tensor, n_dimensions: int, n_channels: int, widths: Sequence[int]
    ) -> None:
        super().__init__()
        self.width = n_channels
        self.words = nn.Embedding(len(words), n_dimensions, _weight=_reduced(words, n_dimensions))
        self.widths = tuple(widths)
        sizes = pairwise([n_dimensions, *(n_channels for _ in widths)])
        self.products = nn.ModuleList(
            nn.Linear(width * n_in, n_out)
            for width, (n_in, n_out) in zip(widths, sizes, strict=True)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(n_channels) for _ in widths)
        self.contexts = nn.ModuleList(
            nn.Sequential(
                nn.Linear(n_channels, n_channels), nn.GELU(), nn.Linear(n_channels, n_channels)
            )
            for _ in widths[1:]
        )
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The hidden states of a batch; those of padding mean nothing."""
        written = attention_mask.unsqueeze(-1).to(self.words.weight.dtype)
        seen = written
        if self.training:
            seen = seen * (torch.rand(input_ids.shape) >= _WORD_DROPOUT).unsqueeze(-1)
        hidden = self._convolve(0, self.words(input_ids) * seen)
        for place, context in enumerate(self.contexts, start=1):
            mean = (hidden * written).sum(dim=1, keepdim=True) / written.sum(dim=1, keepdim=True)
            hidden = hidden + context(self.dropout(mean))
            hidden = hidden + self._convolve(place, hidden * seen)
        return hidden

    def _convolve(self, place: int, hidden: Tensor) -> Tensor:
        """One convolution, written as a product: the quantiser knows products."""
        length, reach = hidden.shape[1], self.widths[place] // 2
        edge = hidden.new_zeros(hidden.shape[0], reach, hidden.shape[2])
        padded = torch.cat([edge, self.dropout(hidden), edge], dim=1)
        windows = torch.cat([padded[:, at : at + length] for at in range(2 * reach + 1)], dim=2)
        found: Tensor = gelu(self.norms[place](self.products[place](windows)))
        return found


def _reduced(words: Tensor, n_dimensions: int) -> Tensor:
    """The principal components of the word vectors, all of like spread."""
    vectors = words.detach().float()
    centred = vectors - vectors.mean(dim=0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    reduced = centred @ directions[:n_dimensions].T
    scaled: Tensor = reduced * (_SPREAD * n_dimensions**0.5 / reduced.norm(dim=1).mean())
    return scaled
