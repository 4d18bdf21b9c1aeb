"""The engine: commands on an opened model, and the service that runs them in a separate process."""
