"""Plots of a layer's weights and singular values."""
