"""Panels of the window beside the tabs."""
