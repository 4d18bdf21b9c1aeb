"""Metrics as tests name them."""

from workbench.core.base.quantities import MetricInfo

TOP1 = MetricInfo("top-1", "%")
AGREEMENT = MetricInfo("top-1 agreement with the original", "%", labelled=False)
MSE = MetricInfo("mean squared error", higher_is_better=False)
COSINE = MetricInfo("cosine similarity to the original output", labelled=False)
DECIBEL = MetricInfo("PSNR", "dB")
