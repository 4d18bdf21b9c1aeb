"""Results as values: sensitivity, sweeps, prediction differences, the report."""
