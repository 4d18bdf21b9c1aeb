"""Layers that the runtime computes in integers: whether the results are right, and whether they are faster than in
floats."""
