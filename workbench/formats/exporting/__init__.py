"""Calls of torch.export, and explanations of its failures."""
