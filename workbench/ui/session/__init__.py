"""The one place of state, and what keeps it in step with the engine."""
