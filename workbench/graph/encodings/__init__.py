"""Encodings of weights: one class each, with all that the rest of the program asks of it."""
