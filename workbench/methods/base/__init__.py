"""Base classes of compression methods, their discovery, and shared parts."""
