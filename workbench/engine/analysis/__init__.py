"""Questions about a whole model: sensitivity, sweep, search, attribution, comparison."""
