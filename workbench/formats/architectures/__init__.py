"""Networks for files of weights: a user's function, timm, or transformers."""
