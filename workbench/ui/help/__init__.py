"""The documentation in a window."""
