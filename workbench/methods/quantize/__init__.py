"""Methods that put weights or activations on few levels, one file each."""
