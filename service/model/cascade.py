"""A small graph that reads every text, and a large one that reads where the small one doubts.

Most mail is easy: whoever pays for the large graph on all of it pays twice for nothing. See ADR 9.
"""

from collections.abc import Iterator
from dataclasses import replace

from service.model.bundle import Bundle, FirstStage, Manifest
from service.model.logits import Logits
from service.model.network import Network
from service.model.tokens import Tokens


class Cascade:
    """The graphs of a bundle on one thread; not shared between threads."""

    def __init__(self, bundle: Bundle) -> None:
        self._manifest = bundle.manifest
        self._large = Network(bundle.model)
        self._small = None if bundle.first is None else Network(bundle.first)

    def run(self, tokens: Tokens) -> Logits:
        """The calibrated logits of one text."""
        stage, temperature = self._manifest.first, self._manifest.temperature
        if self._small is None or stage is None:
            return self._large.run(tokens).over(temperature)
        small = self._small.run(tokens).over(stage.temperature)
        if is_sure(small, stage, self._manifest):
            return small
        return replace(self._large.run(tokens).over(temperature), n_graphs=2)

    def run_each(self, tokens: Tokens) -> Iterator[Logits]:
        """What every graph says by itself."""
        for network in (self._small, self._large):
            if network is not None:
                yield network.run(tokens)


def is_sure(logits: Logits, stage: FirstStage, manifest: Manifest) -> bool:
    """Whether the first stage's calibrated answer stands."""
    labels = logits.label_probabilities()
    if labels.max() <= manifest.thresholds.alone:
        return False
    label = manifest.labels[int(labels.argmax())]
    requests = zip(manifest.requests, logits.request_probabilities(), strict=True)
    return all(asked <= stage.most_doubt[name] for name, asked in requests if name != label)
