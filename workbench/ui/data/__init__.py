"""Data looked at before it is used."""
