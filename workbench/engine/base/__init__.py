"""Caches, evaluation, activations of layers observed in one run."""
