"""Commands of the user, as actions that menus, shortcuts and the palette share."""
