"""Target devices: which encodings of weights and activations each takes, read from YAML files."""
