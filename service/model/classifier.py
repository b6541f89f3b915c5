"""A text to calibrated probabilities, one text at a time.

Texts are never batched: dynamic quantisation scales a batch by its largest value, so a message's
answer would depend on its neighbours, and on a CPU a batch saves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from service.errors import BundleCorrupt
from service.model.bundle import Bundle
from service.model.cascade import Cascade
from service.model.evidence import Evidence, split_sentences, strongest, sum_by_sentence
from service.model.logits import Logits
from service.model.tokens import Tokenizer, Tokens

_WARM_UP_TEXTS = ("Hello", "Where is the parcel you sent? " * 8, "We ordered four of them. " * 80)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model believes of one text.

    Shapes:
        labels: one probability per label of the manifest, summing to 1.
        requests: for each label that can be asked for beside another, the probability that the
            message asks for it; these do not sum to anything.
        label_evidence, request_evidence: the sentence that speaks most for each.
    Units: ``tokenize_ms`` and ``infer_ms`` are wall-clock milliseconds; ``n_graphs`` counts the
        graphs that read the text, 2 where the first one was not sure; ``unknown`` is the share of
        the text's words that the model cannot read.
    """

    labels: Mapping[str, float]
    requests: Mapping[str, float]
    tokenize_ms: float
    infer_ms: float
    n_graphs: int
    label_evidence: Mapping[str, Evidence | None] = field(default_factory=dict)
    request_evidence: Mapping[str, Evidence | None] = field(default_factory=dict)
    unknown: float = 0.0


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
        self._cascade = Cascade(bundle)
        self._warm_up()

    def classify(self, text: str) -> Prediction:
        """The calibrated probabilities of one text."""
        started = perf_counter()
        tokens = self._tokenizer.tokenize(text)
        tokenized = perf_counter()
        logits = self._cascade.run(tokens)
        inferred = perf_counter()
        labels, requests = logits.label_probabilities(), logits.request_probabilities()
        label_evidence, request_evidence = self._explain(text, tokens, logits)
        return Prediction(
            labels=dict(zip(self.manifest.labels, labels.tolist(), strict=True)),
            requests=dict(zip(self.manifest.requests, requests.tolist(), strict=True)),
            tokenize_ms=1e3 * (tokenized - started),
            infer_ms=1e3 * (inferred - tokenized),
            n_graphs=logits.n_graphs,
            label_evidence=label_evidence,
            request_evidence=request_evidence,
            unknown=tokens.unknown,
        )

    def _explain(
        self, text: str, tokens: Tokens, logits: Logits
    ) -> tuple[dict[str, Evidence | None], dict[str, Evidence | None]]:
        """The strongest sentence for each label and each request.

        For a request, by the share in the smooth maximum over tokens, and for the label of that
        name the same: who names what is asked for says why better than who speaks of it. For any
        other label, what a sentence adds beyond what it adds to the labels on average.
        """
        spans = split_sentences(text)
        loudness = np.exp(logits.request_tokens - logits.request_tokens.max(axis=0))
        parts = np.concatenate([logits.label_tokens, loudness], axis=1)
        sums = sum_by_sentence(spans, tokens.offsets, parts)
        by_label, by_request = np.split(sums, [len(self.manifest.labels)], axis=1)
        by_label = by_label - by_label.mean(axis=1, keepdims=True)
        asked = {
            request: strongest(text, spans, weights)
            for request, weights in zip(self.manifest.requests, by_request.T, strict=True)
        }
        spoken = zip(self.manifest.labels, by_label.T, strict=True)
        said = {
            label: asked[label] if label in asked else strongest(text, spans, weights)
            for label, weights in spoken
        }
        return said, asked

    def _warm_up(self) -> None:
        for text in _WARM_UP_TEXTS:
            tokens = self._tokenizer.tokenize(text)
            try:
                for logits in self._cascade.run_each(tokens):
                    self._refuse_nonsense(logits, len(tokens.offsets))
                self._refuse_nonsense(self._cascade.run(tokens), len(tokens.offsets))
            except BundleCorrupt:
                raise
            except Exception as error:  # onnxruntime's own exceptions share no public base
                raise BundleCorrupt("a graph fails on the tokenizer's tokens") from error

    def _refuse_nonsense(self, logits: Logits, length: int) -> None:
        n_labels, n_requests = len(self.manifest.labels), len(self.manifest.requests)
        wanted = (n_labels,), (n_requests,), (length, n_labels), (length, n_requests)
        parts = logits.labels, logits.requests, logits.label_tokens, logits.request_tokens
        if tuple(part.shape for part in parts) != wanted:
            found = len(logits.labels), len(logits.requests)
            raise BundleCorrupt(
                f"a graph's outputs have {found} columns, not {wanted[0] + wanted[1]}, or not a "
                "row for each token"
            )
        if not all(np.isfinite(part).all() for part in parts):
            raise BundleCorrupt("a graph answers with numbers that are not finite")
