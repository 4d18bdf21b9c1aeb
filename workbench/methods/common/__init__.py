"""Mathematics that methods of several families share."""
