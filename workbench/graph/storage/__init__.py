"""How weights are represented and stored, with exact bytes."""
