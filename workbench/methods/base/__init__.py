"""What a method is, how methods are found, what many of them need."""
