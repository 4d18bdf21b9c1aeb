"""Plots: canvases, draggable lines, tables; those of weights in weights/."""
