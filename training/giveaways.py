"""Words that give the label away: a rule of keywords, and the words that predict one label best."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from training.dataset import Example, Label
from training.quotas import Giveaways, Keywords


@dataclass(frozen=True, slots=True)
class Giveaway:
    """A word or word pair that mostly stands in messages of one label."""

    words: str
    label: str
    n_messages: int
    precision: float


def keyword_accuracy(examples: Sequence[Example], keywords: Keywords) -> float:
    """The share of messages whose label the rule of keywords finds."""
    hits = sum(keyword_label(e.text, keywords.words) == e.primary for e in examples)
    return hits / max(1, len(examples))


def keyword_label(text: str, words: Mapping[Label, frozenset[str]]) -> Label:
    """The label with the most of its words in a text, the first at a draw, ``none`` at zero."""
    found = Counter(_words(text))
    hits = {label: sum(found[word] for word in own) for label, own in words.items()}
    best: Label = max(hits, key=lambda label: hits[label], default="none")
    return best if hits.get(best) else "none"


def find_giveaways(examples: Sequence[Example], limits: Giveaways) -> list[Giveaway]:
    """The words and word pairs that give a label away, those in most messages first."""
    labels: dict[str, Counter[str]] = {}
    for example in examples:
        for words in _words_and_pairs(example.text):
            labels.setdefault(words, Counter())[example.primary] += 1
    found = [
        Giveaway(words, label, counts.total(), n / counts.total())
        for words, counts in labels.items()
        for label, n in counts.most_common(1)
        if counts.total() >= limits.min_messages and n >= limits.min_precision * counts.total()
    ]
    return sorted(found, key=lambda g: (-g.n_messages, g.words))


def giveaway_share(examples: Sequence[Example], giveaways: Sequence[Giveaway]) -> float:
    """The share of messages that hold at least one of these words or word pairs."""
    known = frozenset(giveaway.words for giveaway in giveaways)
    holding = sum(not known.isdisjoint(_words_and_pairs(e.text)) for e in examples)
    return holding / max(1, len(examples))


def _words_and_pairs(text: str) -> set[str]:
    words = _words(text)
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
