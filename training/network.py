"""The network that is trained and exported: one encoder, read token by token.

A label is a sum of what each token says for it, weighed by an attention of that label's own; a
further request is asked for by its loudest tokens. One clause in a long complaint is then enough,
which mean pooling would drown, and every token's part in the answer is known: the evidence.
"""

import math
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from training.config import FineTuneConfig, FirstConfig
from training.convolution import Convolutions
from training.dataset import LABELS, SERVICE_LABELS
from training.encoder import Encoder
from training.transformer import NEVER, Pretrained, Transformer

# Requests are smooth maxima over tokens; about this many loud ones make a request.
_N_LOUD: Final = 8.0


class Outputs(NamedTuple):
    """What the network says of a batch of texts.

    Shapes:
        labels: float32[batch, n_labels], logits.
        requests: float32[batch, n_requests], logits.
        label_tokens: float32[batch, length, n_labels]; its sum over a text, and the bias of the
            heads, is the text's ``labels``.
        request_tokens: float32[batch, length, n_requests], the logits whose smooth maximum is
            ``requests``.
    """

    labels: Tensor
    requests: Tensor
    label_tokens: Tensor
    request_tokens: Tensor


class Network(nn.Module):
    """Token ids and mask to ``Outputs``."""

    def __init__(
        self, encoder: Transformer | Pretrained | Convolutions, n_labels: int, n_requests: int
    ) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.width
        self.attention = nn.Linear(width, n_labels, bias=False)
        self.values = nn.Linear(width, n_labels, bias=False)
        self.average = nn.Linear(width, n_labels, bias=False)
        self.bias = nn.Parameter(torch.zeros(n_labels))
        self.requests = nn.Linear(width, n_requests)
        self.dropout = nn.Dropout(0.1)
        for layer in (self.attention, self.values, self.average, self.requests):
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.constant_(self.requests.bias, -2.0)  # most tokens ask for nothing

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        """The logits of a batch, and what each token adds to them."""
        hidden = self.dropout(self.encoder(input_ids, attention_mask).float())
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        attention, values, average, requests = self._heads(hidden)
        attention = (attention + (1 - mask) * NEVER).softmax(dim=1)
        share = mask / mask.sum(dim=1, keepdim=True)
        label_tokens = attention * values + share * average
        request_tokens = requests + self.requests.bias + (1 - mask) * NEVER
        return Outputs(
            labels=label_tokens.sum(dim=1) + self.bias,
            requests=request_tokens.logsumexp(dim=1) - math.log(_N_LOUD),
            label_tokens=label_tokens,
            request_tokens=request_tokens,
        )

    def _heads(self, hidden: Tensor) -> tuple[Tensor, ...]:
        """What each head says of each token, from one product: four small ones take longer."""
        weights = [h.weight for h in (self.attention, self.values, self.average, self.requests)]
        columns = [len(weight) for weight in weights]
        return torch.split(linear(hidden, torch.cat(weights)), columns, dim=2)


def build_network(encoder: Encoder, config: FineTuneConfig, seed: int) -> Network:
    """An untaught network on a copy of the encoder, or of those layers that ``config`` names."""
    torch.manual_seed(seed)
    transformer = (
        Pretrained(encoder.transformer)
        if config.layers is None
        else Transformer(encoder.transformer, config.layers, config.merge_after)
    )
    return Network(transformer, len(LABELS), len(SERVICE_LABELS))


def build_first_network(encoder: Encoder, config: FirstConfig, seed: int) -> Network:
    """An untaught small network on the word vectors of the encoder, made narrower."""
    torch.manual_seed(seed)
    convolutions = Convolutions(
        encoder.words, config.n_dimensions, config.n_channels, config.widths
    )
    return Network(convolutions, len(LABELS), len(SERVICE_LABELS))
