"""Teaching that the evidence matters and other sentences do not.

A text is read once more without one of its sentences. Without its evidence the label must become
less likely by a margin; without another sentence it must not. Nothing else makes the sentence that
is shown the one that the answer rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import relu

_FALL: Final = 0.5  # log-odds that a label must lose without its evidence
_RISE: Final = 0.05  # and gain without another sentence, or at least not lose
_MOST: Final = 4.0  # a text where it goes quite wrong counts no more than this

TokenIds = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Deletions:
    """Texts of a batch without one sentence.

    Shapes:
        rows: which text of the batch each was.
        tokens: the token ids left of each.
        is_evidence: bool[n], whether the sentence that went was the label's evidence.
    """

    rows: list[int]
    tokens: list[TokenIds]
    is_evidence: Tensor


def draw_deletions(
    tokens: Sequence[TokenIds],
    sentences: Sequence[TokenIds],
    label_tokens: Floats,
    labels: NDArray[np.int64],
    dice: np.random.Generator,
) -> Deletions:
    """For each text of two sentences or more, its evidence or another sentence taken away.

    Shapes:
        sentences: the sentence of each token of each text, -1 for special tokens.
        label_tokens: float32[batch, length, n_labels], as in ``training.network.Outputs``.
    """
    rows, left, is_evidence = [], [], []
    for row, (text, sentence) in enumerate(zip(tokens, sentences, strict=True)):
        written = np.unique(sentence[sentence >= 0])
        if len(written) > 1:
            said = label_tokens[row, : len(text)]
            evidence = _evidence(said[:, labels[row]] - said.mean(axis=1), sentence)
            others = written[written != evidence]
            is_evidence.append(bool(dice.random() < 0.5))  # noqa: PLR2004 - a coin
            gone = evidence if is_evidence[-1] else int(dice.choice(others))
            rows.append(row)
            left.append(text[sentence != gone])
    return Deletions(rows, left, torch.tensor(is_evidence, dtype=torch.bool))


def deletion_loss(before: Tensor, after: Tensor, deletions: Deletions, labels: Tensor) -> Tensor:
    """How far the log-odds of the labels miss their margins; a mean over the deletions.

    Shapes:
        before: float32[batch, n_labels], logits of the whole texts, taken as given.
        after: float32[n, n_labels], logits of what is left.
    """
    gold = labels[deletions.rows]
    fall = _log_odds(before.detach()[deletions.rows], gold) - _log_odds(after, gold)
    missed = torch.where(deletions.is_evidence, relu(_FALL - fall), relu(_RISE + fall))
    return missed.clamp(max=_MOST).mean()


def _evidence(said: Floats, sentence: TokenIds) -> int:
    written = sentence >= 0
    return int(np.bincount(sentence[written], said[written]).argmax())


def _log_odds(logits: Tensor, gold: Tensor) -> Tensor:
    own = nn.functional.one_hot(gold, logits.shape[1]).bool()
    return logits[own] - logits.masked_fill(own, -torch.inf).logsumexp(dim=1)
