"""Passes over the graph at opening."""
