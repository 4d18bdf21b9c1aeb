"""The command palette: its window, its entries, and how they are matched."""
