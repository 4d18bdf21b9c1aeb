"""Search for a recipe within limits: predict, race, allocate, measure whole recipes, learn, allocate again."""
