"""Checks of data sets before they are used: the most plausible preprocessing."""
