"""Which words occur: tf-idf over the encoder's own tokens, so that the graph can compute it too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

TokenIds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the presence of each token weighs.

    Shapes:
        idf: float64[n_vocabulary], by token id; 0 for tokens met in fewer than two texts and for
            those met in all, which are the special ones.
        length: of every lexical vector; a sentence embedding has 1.
    """

    idf: NDArray[np.float64]
    length: float

    def vectors(self, tokens: Sequence[TokenIds]) -> csr_matrix:
        """float64[n_texts, n_vocabulary]; a text without a known token is all zero."""
        present = _presence(tokens, len(self.idf))
        return normalize(present.multiply(self.idf).tocsr()) * self.length


def fit_lexicon(tokens: Sequence[TokenIds], n_vocabulary: int, length: float) -> Lexicon:
    """The lexicon of these texts."""
    present = _presence(tokens, n_vocabulary)
    n_texts = present.getnnz(axis=0)
    idf = TfidfTransformer(smooth_idf=True).fit(present).idf_
    idf[(n_texts < 2) | (n_texts == len(tokens))] = 0.0  # noqa: PLR2004 - a word met once says nothing
    return Lexicon(idf=idf, length=length)


def _presence(tokens: Sequence[TokenIds], n_vocabulary: int) -> csr_matrix:
    """float64[n_texts, n_vocabulary]: 1 where a token occurs in a text."""
    unique = [np.unique(ids) for ids in tokens]
    starts = np.cumsum([0, *map(len, unique)])
    columns = np.concatenate(unique)
    return csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(tokens), n_vocabulary))
