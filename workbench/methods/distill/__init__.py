"""Methods that train something smaller on what was there, one file each."""
