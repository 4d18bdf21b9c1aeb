"""Settings, dialogs, crash handling, files that the user may open."""
