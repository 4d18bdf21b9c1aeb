"""The state of the window, and what keeps it in step with the engine."""
