"""The engine process as the event loop sees it."""
