"""What a file is, by its name and first bytes."""
