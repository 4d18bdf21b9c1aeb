"""Prefix codes of weights: words of bounded length, bit planes, and exact bytes from the frequencies of symbols."""
