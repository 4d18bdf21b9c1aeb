"""A step of the stack as a card: head, form, the sentence on its effect, why it works, how its training goes."""
