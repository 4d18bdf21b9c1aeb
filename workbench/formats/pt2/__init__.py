"""torch.export archives read without trust. Imported when one is opened: these modules need torch."""
