"""The engine's interface for the command line and the window; export and its report."""
