"""The export dialog: where to, how weights are stored, and what came out."""
