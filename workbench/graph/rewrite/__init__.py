"""Application of edits to the graph, and how the runtime computes edited layers."""
