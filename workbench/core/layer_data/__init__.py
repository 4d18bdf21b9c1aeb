"""Layers and the data that the window draws of them, as values."""
