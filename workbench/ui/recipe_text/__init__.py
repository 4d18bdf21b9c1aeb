"""The recipe as text: shown, edited and completed."""
