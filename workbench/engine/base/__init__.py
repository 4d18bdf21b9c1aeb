"""Caches, evaluation, and choice of the measured output."""
