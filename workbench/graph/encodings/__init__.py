"""What a weight is stored as: one class an encoding, with all that the rest of the program asks of it."""
