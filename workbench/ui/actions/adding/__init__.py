"""The menu that adds a step: every method, and those that suit the layer."""
