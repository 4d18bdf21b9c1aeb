"""Values only: what the engine and the window say to each other. No torch, no onnx, no Qt."""
