"""The Inspect tab: the chosen layer's weights and singular values."""
