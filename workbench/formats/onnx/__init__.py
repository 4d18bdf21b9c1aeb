"""An ONNX file as it is written, looked at before its graph is made: its message, tensors, and files beside it."""
