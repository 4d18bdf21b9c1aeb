"""The tabs of the main window, a package each."""
