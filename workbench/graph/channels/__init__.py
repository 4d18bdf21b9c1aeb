"""Coupled channels: found, removed, rescaled."""
