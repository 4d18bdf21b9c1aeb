"""Figures, descriptions and translations as text."""
