"""What simpler models reach on the same messages, and whether more messages still help."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.svm import LinearSVC

from training.config import Config
from training.dataset import Example, gold_labels
from training.evaluate import macro_f1
from training.features import fit_reader
from training.inventory import table
from training.split import Splits, draw_share

SHARES: Final = (0.10, 0.25, 0.50, 1.00)
_N_FOLDS: Final = 5
_PENALTY: Final = 3.0

FeatureSet = tuple[str, csr_matrix, csr_matrix]


def lexical_model() -> Pipeline:
    """Tf-idf of words, pairs of words and characters, and a linear SVM; not fitted."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True, max_features=100_000
    )
    return make_pipeline(make_union(words, characters), LinearSVC(C=0.5, random_state=0))


def report_lexical(examples: Sequence[Example]) -> str:
    """Accuracy by slice of tf-idf (words and characters) with a linear SVM, over unseen authors.

    The yardstick of datasets/WRITING_MESSAGES.md: above 0.85 the messages are too easy.
    """
    texts, gold = [e.text for e in examples], gold_labels(examples)
    predicted = cross_val_predict(
        lexical_model(),
        texts,
        gold,
        groups=[e.author for e in examples],
        cv=GroupKFold(_N_FOLDS),
        n_jobs=-1,
    )
    slices = np.array([e.slice for e in examples])
    rows: list[tuple[str, int, str]] = [("all", len(gold), f"{np.mean(predicted == gold):.3f}")]
    for name in sorted(set(slices.tolist())):
        hit = (predicted == gold)[slices == name]
        rows.append((name, len(hit), f"{hit.mean():.3f}"))
    return table(("tf-idf and linear SVM, slice", "messages", "accuracy"), rows)


def report_learning_curve(features: Sequence[FeatureSet], splits: Splits, seed: int) -> str:
    """Test accuracy and macro-F1 of the frozen encoder by share of the training messages."""
    train_y, test_y = gold_labels(splits.train), gold_labels(splits.test)
    rows = []
    for name, train_x, test_x in features:
        for share in SHARES:
            chosen = draw_share(len(train_y), share, seed)
            predicted = regression().fit(train_x[chosen], train_y[chosen]).predict(test_x)
            accuracy = float(np.mean(predicted == test_y))
            f1 = macro_f1(test_y, predicted)
            rows.append((name, f"{share:.0%}", len(chosen), f"{accuracy:.3f}", f"{f1:.3f}"))
    return table(("features", "share", "messages", "accuracy", "macro-F1"), rows)


def regression() -> LogisticRegression:
    """The head of the frozen encoder; not fitted."""
    return LogisticRegression(C=_PENALTY, max_iter=5_000)


def feature_sets(config: Config, splits: Splits, work: Path) -> list[FeatureSet]:
    """Name, training and test features of the frozen encoder, alone and beside the words."""
    reader = fit_reader(config, splits.train, work)
    train_x, test_x = (reader.features(part) for part in (splits.train, splits.test))
    dimension = train_x.shape[1] - len(reader.lexicon.idf)
    return [
        (f"{config.encoder.name}, frozen", train_x[:, :dimension], test_x[:, :dimension]),
        ("the same beside the words", train_x, test_x),
    ]
