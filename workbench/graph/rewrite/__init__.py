"""Edits put into the graph, and how the runtime computes edited layers."""
