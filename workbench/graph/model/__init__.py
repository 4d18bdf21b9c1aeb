"""The opened model: its layers, operators, multiply-accumulates."""
