"""Whether the evidence is what the answer rests on: take it away and look."""

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from service.model.classifier import Classifier
from service.model.evidence import split_sentences
from training.dataset import Example
from training.inventory import table

_LEAST_SENTENCES = 2


def report_faithfulness(classifier: Classifier, examples: Sequence[Example], seed: int) -> str:
    """How often the label's probability falls without its evidence, and without another sentence.

    Of messages with two sentences or more; the other sentence is drawn at random.
    """
    dice = np.random.default_rng(seed)
    falls: list[tuple[bool, bool]] = []
    for example in tqdm(examples, desc="taking sentences away", unit="message"):
        text = example.text
        spans = split_sentences(text)
        probabilities = classifier.classify(text)
        label = max(probabilities.labels, key=lambda name: probabilities.labels[name])
        evidence = probabilities.label_evidence[label]
        if len(spans) < _LEAST_SENTENCES or evidence is None:
            continue
        others = [span for span in spans if span != (evidence.start, evidence.end)]
        other = others[int(dice.integers(len(others)))]
        before = probabilities.labels[label]
        without = [
            classifier.classify(text[:start] + text[end:]).labels[label] < before
            for start, end in ((evidence.start, evidence.end), other)
        ]
        falls.append((without[0], without[1]))
    evident, random = np.mean(falls, axis=0)
    rows = [("its evidence", f"{evident:.3f}"), ("another sentence", f"{random:.3f}")]
    head = (f"probability falls without, {len(falls)} messages", "share")
    return table(head, rows)
