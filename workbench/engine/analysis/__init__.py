"""Analyses of a whole model: sensitivity, sweep, search, attribution, comparison."""
