"""Layers and what is drawn of them, as values."""
