"""Layers as nodes of a tree: model, filter, grouping."""
