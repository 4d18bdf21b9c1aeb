"""What torch.export is asked for, and what its failures mean."""
