"""Where: the layers of the model as a tree of its modules."""
