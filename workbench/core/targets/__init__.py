"""Target devices: encodings of weights and activations that each supports, read from YAML files."""
