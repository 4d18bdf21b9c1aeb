"""Forms for the parameters of a step."""
