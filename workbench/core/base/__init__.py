"""Foundations used everywhere: errors, jobs, files, numbers as text, languages, differences between systems."""
