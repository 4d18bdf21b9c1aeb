"""Client of the engine process for the event loop."""
