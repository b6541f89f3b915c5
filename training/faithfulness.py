"""Whether the evidence is what the answer rests on: take it away and look."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from tqdm import tqdm

from service.model.classifier import Classifier
from service.model.evidence import split_sentences
from training.dataset import Example
from training.inventory import table

_LEAST_SENTENCES: Final = 2
_POINT: Final = 0.01  # of probability: what a reader of per cents sees


def report_faithfulness(classifier: Classifier, examples: Sequence[Example], seed: int) -> str:
    """How often the label's probability falls without its evidence, and without another sentence.

    Of messages with two sentences or more; the other sentence is drawn at random.
    """
    dice = np.random.default_rng(seed)
    falls = []
    for example in tqdm(examples, desc="taking sentences away", unit="message"):
        text = example.text
        spans = split_sentences(text)
        prediction = classifier.classify(text)
        label = max(prediction.labels, key=lambda name: prediction.labels[name])
        evidence = prediction.label_evidence[label]
        if len(spans) < _LEAST_SENTENCES or evidence is None:
            continue
        others = [span for span in spans if span != (evidence.start, evidence.end)]
        other = others[int(dice.integers(len(others)))]
        without = [
            classifier.classify(text[:start] + text[end:]).labels[label]
            for start, end in ((evidence.start, evidence.end), other)
        ]
        falls.append(prediction.labels[label] - np.array(without))
    measured = np.array(falls)
    head = (f"probability falls, {len(falls)} messages", "at all", "by a point or more")
    rows = [
        (f"without {name}", f"{(fall > 0).mean():.3f}", f"{(fall >= _POINT).mean():.3f}")
        for name, fall in zip(("its evidence", "another sentence"), measured.T, strict=True)
    ]
    return table(head, rows)
