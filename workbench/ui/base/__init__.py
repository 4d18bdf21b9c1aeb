"""Settings, dialogs, crash handling, and kinds of files to open."""
