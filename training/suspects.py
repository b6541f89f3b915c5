"""Labels that a model trained on all the others doubts most: confident learning.

Northcutt et al., Confident Learning, 2021: each message is judged by a model that has not seen its
author; a label is suspect when another one is likelier than that label usually is for its own
messages. The list is for reading: the model is wrong more often than the label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from training.dataset import LABELS, Example, gold_labels

_N_FOLDS: Final = 5
_PENALTY: Final = 3.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label worth reading again; ``margin`` is how much likelier the other one is."""

    example: Example
    other: str
    margin: float


def find_suspects(features: csr_matrix, examples: Sequence[Example], share: float) -> list[Suspect]:
    """The most suspect labels, worst first, at most ``share`` of the examples."""
    gold = gold_labels(examples)
    probabilities = cross_val_predict(
        LogisticRegression(C=_PENALTY, max_iter=5_000),
        features,
        gold,
        groups=[e.author for e in examples],
        cv=GroupKFold(_N_FOLDS),
        method="predict_proba",
        n_jobs=-1,
    )
    rows = np.arange(len(gold))
    usual = np.array([probabilities[gold == label, label].mean() for label in range(len(LABELS))])
    others = _likely_others(probabilities, gold, usual)
    margins = probabilities[rows, others] - probabilities[rows, gold]
    worst = np.argsort(-margins, kind="stable")[: round(share * len(gold))]
    return [
        Suspect(examples[row], LABELS[others[row]], float(margins[row]))
        for row in worst
        if others[row] != gold[row]
    ]


def _likely_others(
    probabilities: NDArray[np.float64], gold: NDArray[np.int64], usual: NDArray[np.float64]
) -> NDArray[np.int64]:
    """For each row the likeliest label that is over its usual probability, else the gold one."""
    confident = np.where(probabilities >= usual, probabilities, -1.0)
    best: NDArray[np.int64] = confident.argmax(axis=1)
    return np.where(confident.max(axis=1) < 0, gold, best)
