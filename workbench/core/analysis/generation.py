"""Greedy continuations of one prompt by two models."""

from dataclasses import dataclass

MOST_TOKENS = 256  # of an answer: without a cache each token reads all before it again


@dataclass(frozen=True)
class Wanted:
    """A request for continuations. `prompt`: a text of at least one token; `tokens`: how many to generate, 1 to
    MOST_TOKENS."""

    prompt: str
    tokens: int = 40


@dataclass(frozen=True)
class Said:
    """The continuation by one model so far, as pieces of text, one per token."""

    pieces: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True)
class Generation:
    """Continuations by the original and by a recipe's model. `ended`: both have reached their end token, or the
    requested number of tokens."""

    prompt: str
    original: Said = Said()
    compressed: Said = Said()
    tokens: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    ended: bool = False

    @property
    def parts_at(self) -> int | None:
        """Index of the first token that differs; None while all are equal. Where one continuation has ended and the
        other goes on, this is where the shorter one ends."""
        first, second = self.tokens
        for place, (a, b) in enumerate(zip(first, second, strict=False)):
            if a != b:
                return place
        return min(len(first), len(second)) if self.ended and len(first) != len(second) else None
