"""Opening models, one file a format."""
