"""Metrics: what a model is measured by, one file a kind of output."""
