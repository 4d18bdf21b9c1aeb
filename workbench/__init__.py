"""Model Compression Workbench: open a trained model, compress it layer by layer, export what was shown."""

__version__ = "0.1.0"
