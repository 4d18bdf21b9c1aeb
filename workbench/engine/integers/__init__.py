"""Layers that the runtime computes in integers: whether it does so rightly, and faster than in floats."""
