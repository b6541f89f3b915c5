"""What a graph says of one text, and what it means as probabilities. Pure."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Logits:
    """Outputs for one text, raw, or softened and added up.

    Shapes:
        labels: float32[n_labels], the logarithm of odds.
        requests: float32[n_requests], the logarithm of odds of each.
        label_tokens: float32[length, n_labels], what each token adds to ``labels``.
        request_tokens: float32[length, n_requests], how loudly each token asks.
    Units: ``n_graphs`` counts the graphs that have read the text.
    """

    labels: Floats
    requests: Floats
    label_tokens: Floats
    request_tokens: Floats
    n_graphs: int = 1

    def label_probabilities(self) -> NDArray[np.float64]:
        """float64[n_labels], summing to 1."""
        labels = self.labels.astype(np.float64)
        odds = np.exp(labels - labels.max())
        probabilities: NDArray[np.float64] = odds / odds.sum()
        return probabilities

    def request_probabilities(self) -> NDArray[np.float64]:
        """float64[n_requests], each by itself."""
        stable = np.tanh(self.requests.astype(np.float64) / 2)
        probabilities: NDArray[np.float64] = 0.5 * (1 + stable)
        return probabilities

    def over(self, temperature: float) -> "Logits":
        """The same with softer labels: their logits and the tokens' parts, over ``temperature``."""
        return replace(
            self,
            labels=self.labels / np.float32(temperature),
            label_tokens=self.label_tokens / np.float32(temperature),
        )
