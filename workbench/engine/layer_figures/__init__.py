"""Drawings of a layer, computed from its arrays alone."""
