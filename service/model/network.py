"""Tokens to logits: the only module that knows onnxruntime."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from service.errors import BundleCorrupt
from service.model.bundle import INPUTS, OUTPUTS
from service.model.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Logits:
    """Raw outputs for one text.

    Shapes:
        labels: float32[n_labels]; a softmax over temperature makes them probabilities.
        requests: float32[n_requests]; a sigmoid each.
        label_tokens: float32[length, n_labels], what each token adds to ``labels``.
        request_tokens: float32[length, n_requests], how loudly each token asks.
    """

    labels: NDArray[np.float32]
    requests: NDArray[np.float32]
    label_tokens: NDArray[np.float32]
    request_tokens: NDArray[np.float32]


class Network:
    """One inference session on one thread; not shared between threads."""

    def __init__(self, model: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Else bytes that are also of onnxruntime's own format would run what nobody checked.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        try:
            self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own exceptions share no public base
            raise BundleCorrupt(f"the runtime refused the graph: {type(error).__name__}") from error

    def run(self, tokens: Tokens) -> Logits:
        """The logits of one text."""
        feed = dict(zip(INPUTS, (tokens.ids, tokens.mask), strict=True))
        labels, requests, label_tokens, request_tokens = self._session.run(list(OUTPUTS), feed)
        return Logits(labels[0], requests[0], label_tokens[0], request_tokens[0])
