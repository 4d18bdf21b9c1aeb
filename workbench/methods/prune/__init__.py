"""Methods that set weights to zero or remove channels, one file each."""
