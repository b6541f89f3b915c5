"""Tokens to logits: the only module that knows onnxruntime."""

import onnxruntime as ort

from service.errors import BundleCorrupt
from service.model.bundle import INPUTS, OUTPUTS
from service.model.logits import Logits
from service.model.tokens import Tokens


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
