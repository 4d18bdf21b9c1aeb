"""Values exchanged between the engine and the window. No torch, no onnx, no Qt."""
