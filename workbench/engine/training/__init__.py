"""Training of compressed models under the constraints of their steps: only values change."""
