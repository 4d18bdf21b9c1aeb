"""Measurements of latency, loading and energy in the runtime."""
