"""The theme, and small widgets used everywhere."""
