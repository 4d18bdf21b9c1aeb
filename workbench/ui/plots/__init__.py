"""Plots of one layer: its weights and its singular values."""

from workbench.ui.plots.weights.channels import ChannelsPlot
from workbench.ui.plots.weights.histogram import HistogramPlot
from workbench.ui.plots.weights.spectrum import SpectrumPlot

__all__ = ["ChannelsPlot", "HistogramPlot", "SpectrumPlot"]
