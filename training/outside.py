"""How a bundle carries over to public messages that nobody wrote for it."""

import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from service.mail.parse import compose_message
from service.model.classifier import Classifier
from service.text import build_text
from training.dataset import LABELS
from training.evaluate import macro_f1


def report_outside(classifier: Classifier, folder: Path) -> str:
    """A table with one row per ``*.jsonl`` file of ``{text, label}`` lines; never pooled."""
    rows = ["| source | n | accuracy | macro-F1 |", "|---|---|---|---|"]
    for path in sorted(folder.glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        gold = np.array([LABELS.index(line["label"]) for line in lines])
        predicted = np.array(
            [_predict(classifier, line["text"]) for line in tqdm(lines, desc=path.stem)]
        )
        accuracy = float((gold == predicted).mean())
        rows.append(
            f"| {path.stem} | {len(gold)} | {accuracy:.3f} | {macro_f1(gold, predicted):.3f} |"
        )
    return "\n".join(rows)


def _predict(classifier: Classifier, text: str) -> int:
    probabilities = classifier.classify(build_text(compose_message(text=text))).labels
    return LABELS.index(max(probabilities, key=lambda label: probabilities[label]))
