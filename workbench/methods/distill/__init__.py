"""Methods that train a smaller replacement on the original's outputs, one file each."""
