"""Graph passes that run when a model is opened."""
