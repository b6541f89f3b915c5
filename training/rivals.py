"""Whether the bundle beats simpler models taught on the same messages, or luck would do as much."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from service.model.classifier import Classifier
from training.baselines import FeatureSet, lexical_model, regression
from training.dataset import gold_labels
from training.evaluate import decide_all, macro_f1, predicted_labels
from training.inventory import table
from training.split import Splits

Labels = NDArray[np.int64]
_BUNDLE: Final = "the bundle"


def report_rivals(classifier: Classifier, features: Sequence[FeatureSet], splits: Splits) -> str:
    """Accuracy and macro-F1 on the test split, and the exact test of McNemar against the bundle.

    The test looks only at the messages on which one of the two is right and the other is not.
    """
    taught, gold = gold_labels(splits.train), gold_labels(splits.test)
    ours = predicted_labels(decide_all(classifier, splits.test))
    rows = [_row(_BUNDLE, gold, ours, ours)]
    model = lexical_model().fit([e.text for e in splits.train], taught)
    theirs = model.predict([e.text for e in splits.test])
    rows.append(_row("tf-idf and linear SVM", gold, theirs, ours))
    for name, train_x, test_x in features:
        theirs = regression().fit(train_x, taught).predict(test_x)
        rows.append(_row(name, gold, theirs, ours))
    head = ("test split", "accuracy", "macro-F1", "only it is right", "only the bundle", "p")
    return table(head, rows)


def _row(name: str, gold: Labels, theirs: Labels, ours: Labels) -> Sequence[str | int]:
    only_they = int(((theirs == gold) & (ours != gold)).sum())
    only_we = int(((theirs != gold) & (ours == gold)).sum())
    n = only_they + only_we
    p = f"{binomtest(only_we, n).pvalue:.1e}" if n else "-"
    accuracy = float(np.mean(theirs == gold))
    return name, f"{accuracy:.3f}", f"{macro_f1(gold, theirs):.3f}", only_they, only_we, p
