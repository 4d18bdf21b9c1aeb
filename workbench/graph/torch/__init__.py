"""The graph as a torch module, compared with ONNX Runtime before it is used."""
