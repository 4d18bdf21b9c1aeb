"""What to do: the stack of steps of the selected layers, with a form for each, built from its method's schema."""
