"""Metrics of a model's quality, one file for each kind of output."""
