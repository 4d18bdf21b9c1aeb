"""Layer tree: the layers of the model below its modules."""
