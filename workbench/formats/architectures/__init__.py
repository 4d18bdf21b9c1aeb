"""Networks for files of weights: a function of the user's, timm, or transformers."""
