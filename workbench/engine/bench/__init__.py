"""Latency in the runtime."""
