"""Prefix codes of weights: bounded lengths, bit planes, and exact bytes from how often each symbol occurs."""
