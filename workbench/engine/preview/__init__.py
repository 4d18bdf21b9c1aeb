"""Measurement while the user drags, and predictions before anything runs."""
