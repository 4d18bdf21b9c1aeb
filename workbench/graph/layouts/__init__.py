"""The layouts of stored weights, one class each: what they write, in how many bytes, and how ONNX reads it back."""
