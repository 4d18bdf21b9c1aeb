"""What the user can do, as actions that menus, shortcuts and the palette share."""
