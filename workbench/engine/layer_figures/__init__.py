"""What is drawn of a layer, from its arrays alone."""
