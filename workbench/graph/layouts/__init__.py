"""Layouts of stored weights, one class each: what they write, exact bytes, and decoding in ONNX."""
