"""Drawings of a layer, from its arrays alone."""
