"""The transformer that is taught and served: BERT's arithmetic in as few products as it takes.

Queries, keys and values come from one product. Between layers neighbouring tokens may be merged in
pairs, as in the Funnel-Transformer (https://arxiv.org/abs/2006.03236): the layers after cost half,
and that is learned around while the network is taught.
"""

import copy
import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

NEVER: Final = -1e4  # a logit that no padding survives


class Transformer(nn.Module):
    """Token ids and mask, int64[batch, length], to float32[batch, length, width].

    Made of the weights of ``bert``, a ``transformers.BertModel``: the ``layers`` named, in order.
    Tokens are merged in pairs once as many layers have run as ``merge_after`` names, each below
    their number; at the end every token has the state of the pair, of pairs, that it went into.
    """

    def __init__(
        self,
        bert: nn.Module,
        layers: Sequence[int],
        merge_after: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.merge_after = frozenset(merge_after)
        bert = copy.deepcopy(bert)
        self.words = find_embedding(bert, "embeddings.word_embeddings")
        self.positions = find_embedding(bert, "embeddings.position_embeddings")
        segments = find_embedding(bert, "embeddings.token_type_embeddings")
        self.segment = nn.Parameter(segments.weight[0].detach().clone())
        self.norm = bert.get_submodule("embeddings.LayerNorm")
        self.width = self.words.embedding_dim
        n_heads: int = bert.config.num_attention_heads  # type: ignore[union-attr, assignment]
        self.layers = nn.ModuleList(
            Layer(bert.get_submodule(f"encoder.layer.{index}"), n_heads) for index in layers
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The hidden states of a batch; those of padding mean nothing."""
        places = self.positions.weight[: input_ids.shape[1]]
        hidden: Tensor = self.norm(self.words(input_ids) + places + self.segment)
        mask = attention_mask.to(hidden.dtype)
        for n_done, layer in enumerate(self.layers):
            if n_done in self.merge_after:
                hidden, mask = _merge_pairs(hidden, mask)
            hidden = layer(hidden, (1 - mask[:, None, None, :]) * NEVER)
        for _ in self.merge_after:
            hidden = hidden.repeat_interleave(2, dim=1)
        return hidden[:, : input_ids.shape[1]]


class Pretrained(nn.Module):
    """A transformer of another make, as it comes: for teachers, which are never exported.

    Its word vectors stay as they are: most words of a language are not in the messages.
    """

    def __init__(self, transformer: nn.Module) -> None:
        super().__init__()
        self.inner = copy.deepcopy(transformer)
        self.width: int = self.inner.config.hidden_size  # type: ignore[union-attr, assignment]
        words = self.inner.get_submodule("embeddings.word_embeddings")
        words.requires_grad_(requires_grad=False)
        for module in self.inner.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # drawing the masks takes longer than it gains

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """As ``Transformer.forward``."""
        hidden: Tensor = self.inner(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        return hidden


class Layer(nn.Module):
    """Attention and two feed-forward products, each added to what came in and normalised."""

    def __init__(self, source: nn.Module, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        query, key, value = (
            _linear(source, f"attention.self.{name}") for name in ("query", "key", "value")
        )
        self.inputs = _stack(query, key, value, n_heads)
        self.output = _linear(source, "attention.output.dense")
        self.attention_norm = source.get_submodule("attention.output.LayerNorm")
        self.up = _linear(source, "intermediate.dense")
        self.down = _linear(source, "output.dense")
        self.norm = source.get_submodule("output.LayerNorm")

    def forward(self, hidden: Tensor, padding: Tensor) -> Tensor:
        """Hidden states to hidden states; ``padding`` is added to every attention logit."""
        batch, length, width = hidden.shape
        heads = self.inputs(hidden).view(batch, length, 3 * self.n_heads, width // self.n_heads)
        query, key, value = heads.transpose(1, 2).split(self.n_heads, dim=1)
        attention = (query @ key.transpose(2, 3) + padding).softmax(dim=-1)
        mixed = (attention @ value).transpose(1, 2).reshape(batch, length, width)
        hidden = self.attention_norm(hidden + self.output(mixed))
        added: Tensor = self.norm(hidden + self.down(gelu(self.up(hidden))))
        return added


def _merge_pairs(hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The means of neighbours that are no padding, and the mask of the pairs that have any."""
    length = hidden.shape[1]
    hidden = torch.cat([hidden * mask[:, :, None], torch.zeros_like(hidden[:, :1])], dim=1)
    mask = torch.cat([mask, torch.zeros_like(mask[:, :1])], dim=1)
    total = hidden[:, 0:length:2] + hidden[:, 1 : length + 1 : 2]
    first, second = mask[:, 0:length:2], mask[:, 1 : length + 1 : 2]
    either = first + second - first * second
    return total / (1 + first * second)[:, :, None], either


def _linear(module: nn.Module, path: str) -> nn.Linear:
    found = module.get_submodule(path)
    assert isinstance(found, nn.Linear)  # noqa: S101 - tells the type; BERT has no other
    return found


def find_embedding(module: nn.Module, path: str) -> nn.Embedding:
    """The table of vectors at ``path`` in an encoder."""
    found = module.get_submodule(path)
    assert isinstance(found, nn.Embedding)  # noqa: S101 - tells the type, as above
    return found


def _stack(query: nn.Linear, key: nn.Linear, value: nn.Linear, n_heads: int) -> nn.Linear:
    """The three as one product; the scale of the attention logits goes into the queries."""
    width = query.in_features
    scale = 1 / math.sqrt(width // n_heads)
    stacked = nn.Linear(width, 3 * width)
    with torch.no_grad():
        stacked.weight.copy_(torch.cat([query.weight * scale, key.weight, value.weight]))
        stacked.bias.copy_(torch.cat([query.bias * scale, key.bias, value.bias]))
    return stacked
