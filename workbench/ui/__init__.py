"""The window. Start with session.py: it holds the state that everything here shows."""
