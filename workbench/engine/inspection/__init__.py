"""Drawings of a layer on demand, computed from a workspace."""
