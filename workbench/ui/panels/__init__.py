"""Parts of the window beside the tabs."""
