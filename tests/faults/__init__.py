"""What goes wrong on real machines: each fault ends in one sentence, and nothing is lost."""
