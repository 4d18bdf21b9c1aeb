"""Coupled channels of a graph: finding, removing and rescaling them."""
