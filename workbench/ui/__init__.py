"""The window. Start with session/session.py: it holds the state that everything here shows."""
