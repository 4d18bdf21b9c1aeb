"""Model Compression Workbench: open a trained model, compress it layer by layer, export what was shown."""

import os

__version__ = "0.1.0"

# ONNX Runtime looks up a host and keeps an identifier of the device as soon as it is imported, so this comes before any
# import of it, in every process: those that run the engine import this package first. An inherited 0 does not count.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
