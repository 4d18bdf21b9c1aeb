"""Representation and storage of weights, with exact bytes."""
