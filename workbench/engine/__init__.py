"""The verbs, and the service that runs them in their own process."""
