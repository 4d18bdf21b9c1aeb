"""Compilation of a recipe to edits: structural steps first, then each layer's stack."""
