"""Reading of torch.export archives without trust. Imported on demand, as these modules need torch."""
