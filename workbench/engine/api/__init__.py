"""Interface of the engine for the command line and the window; export and its report."""
