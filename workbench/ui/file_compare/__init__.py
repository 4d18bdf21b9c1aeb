"""Comparison of the open model with another file."""
