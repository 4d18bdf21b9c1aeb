"""Foundations used everywhere: errors, jobs, files, formatting of numbers, languages, differences between systems."""
