"""Methods that write a layer as a chain of smaller ones, one file each."""
