"""Data sets looked at before they are used: which way of reading them makes sense."""
