"""Session files, snapshots and the undo list, as values."""
