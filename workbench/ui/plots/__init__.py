"""Plots: canvases, lines to drag, tables of what is drawn; those of weights in weights/."""
