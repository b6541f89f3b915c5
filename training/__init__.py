"""From labelled messages to a bundle that the service can trust. Offline; imports service."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # before it loads, like onnxruntime's
