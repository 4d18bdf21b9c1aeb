"""A recipe made into edits: structural steps first, then each layer's stack."""
