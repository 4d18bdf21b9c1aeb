"""Requests and answers between the window and the engine process."""
