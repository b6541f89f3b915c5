"""The linear heads over the embedding: one label of five, and each further request by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

from training.config import HeadConfig
from training.dataset import LABELS, SERVICE_LABELS, Example

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """``x @ weights.T + bias``.

    Shapes:
        weights: float64[n_outputs, dimension]; bias: float64[n_outputs].
    """

    weights: Floats
    bias: Floats

    def logits(self, embeddings: NDArray[np.float32]) -> Floats:
        """float64[n_texts, n_outputs]."""
        return embeddings.astype(np.float64) @ self.weights.T + self.bias


@dataclass(frozen=True, slots=True)
class Head:
    """The two fitted heads, in the order of ``LABELS`` and ``SERVICE_LABELS``."""

    labels: Linear
    requests: Linear
    inverse_penalty: float
    cross_validated_macro_f1: float


def fit_head(
    embeddings: NDArray[np.float32], examples: Sequence[Example], config: HeadConfig, seed: int
) -> Head:
    """Logistic regressions; the penalty is the best macro-F1 over folds that split authors."""
    gold = np.array([LABELS.index(example.primary) for example in examples])
    authors = [example.author for example in examples]
    search = GridSearchCV(
        LogisticRegression(max_iter=5_000, random_state=seed),
        {"C": list(config.inverse_penalties)},
        scoring="f1_macro",
        cv=GroupKFold(n_splits=config.n_folds),
    ).fit(embeddings, gold, groups=authors)
    penalty = float(search.best_params_["C"])
    return Head(
        labels=Linear(search.best_estimator_.coef_, search.best_estimator_.intercept_),
        requests=_fit_requests(embeddings, examples, penalty, seed),
        inverse_penalty=penalty,
        cross_validated_macro_f1=float(search.best_score_),
    )


def _fit_requests(
    embeddings: NDArray[np.float32], examples: Sequence[Example], penalty: float, seed: int
) -> Linear:
    weights, biases = [], []
    for label in SERVICE_LABELS:
        asked = np.array([label in example.requests for example in examples])
        model = LogisticRegression(C=penalty, max_iter=5_000, random_state=seed)
        model.fit(embeddings, asked)
        weights.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return Linear(np.stack(weights), np.array(biases))
