"""A step of the stack as a card: head, form, predicted effect, explanation, training curve."""
