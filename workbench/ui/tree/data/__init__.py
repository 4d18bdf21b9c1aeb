"""Layers as the nodes of a tree: model, filter, grouping."""
