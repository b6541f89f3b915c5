"""What the heads read of a message: its sentence embedding, and which words occur."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack

from service.model.tokens import Tokenizer
from training.config import Config
from training.dataset import Example
from training.encoder import Encoder, embed_texts, load_encoder
from training.lexical import Lexicon, fit_lexicon


@dataclass(frozen=True, slots=True)
class Reader:
    """Encoder, its tokenizer, and the words of the training messages."""

    encoder: Encoder
    tokenizer: Tokenizer
    lexicon: Lexicon
    cache: Path

    def features(self, examples: Sequence[Example]) -> csr_matrix:
        """float64[n_examples, dimension + n_vocabulary]: embedding first, then words."""
        texts = [e.text for e in examples]
        embeddings = embed_texts(self.encoder, texts, self.cache)
        tokens = [self.tokenizer.tokenize(text).ids[0] for text in texts]
        words = self.lexicon.vectors(tokens)
        return hstack([embeddings.astype(np.float64), words], format="csr")


def fit_reader(config: Config, examples: Sequence[Example], work: Path) -> Reader:
    """The reader whose words are those of ``examples``; embeddings are kept under ``work``."""
    encoder = load_encoder(config.encoder, work)
    tokenizer = Tokenizer(encoder.tokenizer_json, config.encoder.max_tokens)
    tokens = [tokenizer.tokenize(e.text).ids[0] for e in examples]
    lexicon = fit_lexicon(tokens, tokenizer.n_vocabulary, config.baselines.lexical_length)
    return Reader(encoder, tokenizer, lexicon, work / "embeddings")
