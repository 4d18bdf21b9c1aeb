"""Inspect tab: weights and singular values of the selected layer."""
