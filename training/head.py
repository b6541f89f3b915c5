"""The linear heads: one label of five, and each further request by itself.

They read the sentence embedding and, beside it, which words occur: a lexical vector that costs
nothing at run time and knows what a small frozen encoder blurs (part numbers, trade words).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

from training.config import HeadConfig
from training.dataset import LABELS, SERVICE_LABELS, Example
from training.lexical import Lexicon

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """``x @ weights.T + bias``.

    Shapes:
        weights: float64[n_outputs, dimension]; bias: float64[n_outputs].
    """

    weights: Floats
    bias: Floats

    def logits(self, features: csr_matrix) -> Floats:
        """float64[n_texts, n_outputs]."""
        product: Floats = features @ self.weights.T
        return product + self.bias


@dataclass(frozen=True, slots=True)
class Head:
    """The two fitted heads over ``Reader.features``, by ``LABELS`` and by ``SERVICE_LABELS``."""

    labels: Linear
    requests: Linear
    lexicon: Lexicon
    inverse_penalty: float
    cross_validated_macro_f1: float


def fit_head(
    features: csr_matrix,
    lexicon: Lexicon,
    examples: Sequence[Example],
    config: HeadConfig,
    seed: int,
) -> Head:
    """Logistic regressions; the penalty is the best macro-F1 over folds that split authors."""
    gold = np.array([LABELS.index(example.primary) for example in examples])
    authors = [example.author for example in examples]
    search = GridSearchCV(
        LogisticRegression(max_iter=5_000, random_state=seed),
        {"C": list(config.inverse_penalties)},
        scoring="f1_macro",
        cv=GroupKFold(n_splits=config.n_folds),
        n_jobs=-1,
        verbose=1,
    ).fit(features, gold, groups=authors)
    penalty = float(search.best_params_["C"])
    return Head(
        labels=Linear(search.best_estimator_.coef_, search.best_estimator_.intercept_),
        lexicon=lexicon,
        requests=_fit_requests(features, examples, penalty, seed),
        inverse_penalty=penalty,
        cross_validated_macro_f1=float(search.best_score_),
    )


def _fit_requests(
    features: csr_matrix, examples: Sequence[Example], penalty: float, seed: int
) -> Linear:
    weights, biases = [], []
    for label in SERVICE_LABELS:
        asked = np.array([label in example.requests for example in examples])
        model = LogisticRegression(C=penalty, max_iter=5_000, random_state=seed)
        model.fit(features, asked)
        weights.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return Linear(np.stack(weights), np.array(biases))
