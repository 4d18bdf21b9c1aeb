"""Mathematics shared by methods of several families."""
