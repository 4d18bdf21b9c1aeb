"""Commands of the user, as actions shared by menus, shortcuts and the palette."""
