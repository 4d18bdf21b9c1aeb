"""The guided tour, in which the user does the main job once."""
