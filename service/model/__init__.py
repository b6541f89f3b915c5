"""The classifier at run time: a bundle of inert files, its tokenizer, network and lanes."""

import os

# onnxruntime's official builds report their use to its maker unless this is set before it loads;
# who reads customers' mail reports to nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
