"""What is drawn of a layer on demand, from a workspace."""
