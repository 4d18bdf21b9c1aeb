"""What the command line and the window ask of the engine; export and its report."""
