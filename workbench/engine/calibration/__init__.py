"""Calibration data for methods: weights, inputs and gradients of a layer."""
