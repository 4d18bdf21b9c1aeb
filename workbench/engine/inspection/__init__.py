"""Drawings of a layer on demand, from a workspace."""
