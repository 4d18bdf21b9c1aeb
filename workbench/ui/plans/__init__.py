"""The goal of a search, the search itself, and the recipes that it found, for the Plan tab."""
