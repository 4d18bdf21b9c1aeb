"""ONNX files and ONNX Runtime: sessions, saving, sizes, shapes."""
