"""Inspection of an ONNX file before its graph is built: its message, tensors, and external data."""
