"""What is done to which layer: actions, their parameters, recipes, training stages."""
