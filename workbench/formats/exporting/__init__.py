"""Calls of torch.export, and the meaning of its failures."""
