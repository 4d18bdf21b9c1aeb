"""Recipes: steps for layers, their parameters, training stages."""
