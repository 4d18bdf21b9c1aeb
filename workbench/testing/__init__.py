"""Shared test suites: what an extension has to keep, for its author to run (resources/docs/extending)."""
