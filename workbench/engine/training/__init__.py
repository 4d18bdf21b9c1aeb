"""Training of compressed models: what was done to a layer stays, its values move."""
