"""A text to calibrated probabilities, one text at a time.

Texts are never batched: dynamic quantisation scales a batch by its largest value, so a message's
answer would depend on its neighbours, and on a CPU a batch saves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from service.errors import BundleCorrupt
from service.model.bundle import Bundle, Manifest
from service.model.evidence import Evidence, split_sentences, strongest, sum_by_sentence
from service.model.network import Logits, Network
from service.model.tokens import Tokenizer, Tokens

_WARM_UP_TEXTS = ("Hello", "Where is the parcel you sent? " * 8, "We ordered four of them. " * 80)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What the model believes.

    Shapes:
        labels: one probability per label of the manifest, summing to 1.
        requests: for each label that can be asked for beside another, the probability that the
            message asks for it; these do not sum to anything.
        label_evidence, request_evidence: the sentence that speaks most for each.
    Units: ``tokenize_ms`` and ``infer_ms`` are wall-clock milliseconds.
    """

    labels: Mapping[str, float]
    requests: Mapping[str, float]
    tokenize_ms: float
    infer_ms: float
    label_evidence: Mapping[str, Evidence | None] = field(default_factory=dict)
    request_evidence: Mapping[str, Evidence | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which bundle answered."""

    name: str
    version: str
    digest: str


class Classifier:
    """A bundle ready to answer on one thread."""

    def __init__(self, bundle: Bundle) -> None:
        self.manifest = bundle.manifest
        self.reference = ModelReference(
            bundle.manifest.name, bundle.manifest.version, bundle.digest
        )
        self._tokenizer = Tokenizer(bundle.tokenizer, bundle.manifest.max_tokens)
        self._network = Network(bundle.model)
        self._warm_up()

    def classify(self, text: str) -> Probabilities:
        """The calibrated probabilities of one text."""
        started = perf_counter()
        tokens = self._tokenizer.tokenize(text)
        tokenized = perf_counter()
        logits = self._network.run(tokens)
        inferred = perf_counter()
        labels, requests = calibrate(logits, self.manifest)
        label_evidence, request_evidence = self._explain(text, tokens, logits)
        return Probabilities(
            labels=labels,
            requests=requests,
            tokenize_ms=1e3 * (tokenized - started),
            infer_ms=1e3 * (inferred - tokenized),
            label_evidence=label_evidence,
            request_evidence=request_evidence,
        )

    def _explain(
        self, text: str, tokens: Tokens, logits: Logits
    ) -> tuple[dict[str, Evidence | None], dict[str, Evidence | None]]:
        """The strongest sentence for each label and each request.

        For a label, what a sentence adds beyond what it adds to the labels on average; for a
        request, its share in the smooth maximum over tokens.
        """
        spans = split_sentences(text)
        loudness = np.exp(logits.request_tokens - logits.request_tokens.max(axis=0))
        parts = np.concatenate([logits.label_tokens, loudness], axis=1)
        sums = sum_by_sentence(spans, tokens.offsets, parts)
        by_label, by_request = np.split(sums, [len(self.manifest.labels)], axis=1)
        by_label = by_label - by_label.mean(axis=1, keepdims=True)
        columns = zip(self.manifest.labels, by_label.T, strict=True)
        asked = zip(self.manifest.requests, by_request.T, strict=True)
        return (
            {label: strongest(text, spans, weights) for label, weights in columns},
            {label: strongest(text, spans, weights) for label, weights in asked},
        )

    def _warm_up(self) -> None:
        wanted = len(self.manifest.labels), len(self.manifest.requests)
        for text in _WARM_UP_TEXTS:
            try:
                logits = self._network.run(self._tokenizer.tokenize(text))
            except Exception as error:  # onnxruntime's own exceptions share no public base
                raise BundleCorrupt("the graph fails on the tokenizer's tokens") from error
            found = len(logits.labels), len(logits.requests)
            if found != wanted:
                raise BundleCorrupt(f"the graph's outputs have {found} columns, not {wanted}")
            if not (np.isfinite(logits.labels).all() and np.isfinite(logits.requests).all()):
                raise BundleCorrupt("the graph answers with numbers that are not finite")


def calibrate(logits: Logits, manifest: Manifest) -> tuple[dict[str, float], dict[str, float]]:
    """Label and request probabilities by name; temperature softens the label logits."""
    scaled = logits.labels.astype(np.float64) / manifest.temperature
    odds = np.exp(scaled - scaled.max())
    requests = 0.5 * (1 + np.tanh(logits.requests.astype(np.float64) / 2))  # a stable sigmoid
    return (
        dict(zip(manifest.labels, (odds / odds.sum()).tolist(), strict=True)),
        dict(zip(manifest.requests, requests.tolist(), strict=True)),
    )
