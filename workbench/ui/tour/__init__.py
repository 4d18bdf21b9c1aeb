"""Guided tour, in which the user does the main task once."""
