"""Methods that quantise weights or activations, one file each."""
