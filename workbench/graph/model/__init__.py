"""The opened model: its layers, operators and multiply-accumulates."""
