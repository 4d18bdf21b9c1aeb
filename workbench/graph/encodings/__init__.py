"""Encodings of weights, one class each."""
