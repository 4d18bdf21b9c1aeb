"""Plots of one layer: its weights and its singular values."""

from workbench.ui.plots.channels import ChannelsPlot
from workbench.ui.plots.histogram import HistogramPlot
from workbench.ui.plots.spectrum import SpectrumPlot

__all__ = ["ChannelsPlot", "HistogramPlot", "SpectrumPlot"]
