"""Export dialog: destination, storage of weights, and result."""
