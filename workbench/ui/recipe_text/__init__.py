"""The recipe as text: display, editing and completion."""
