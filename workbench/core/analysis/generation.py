"""Greedy continuations of one prompt by two models."""

from dataclasses import dataclass

MOST_TOKENS = 256  # of an answer: without a cache each token reads all before it again


@dataclass(frozen=True)
class Wanted:
    """prompt: a text that has at least one token; tokens: how many are asked for, 1 to MOST_TOKENS."""

    prompt: str
    tokens: int = 40


@dataclass(frozen=True)
class Said:
    """The answer of one model so far: pieces of text, one a token."""

    pieces: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True)
class Generation:
    """Answers of the original and of a recipe's model. `ended`: both ended by themselves, or have as many tokens as
    were asked for."""

    prompt: str
    original: Said = Said()
    compressed: Said = Said()
    tokens: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    ended: bool = False

    @property
    def parts_at(self) -> int | None:
        """Index of the first token that differs; None while all are the same. Where one has ended and the other
        goes on, they part there."""
        first, second = self.tokens
        for place, (a, b) in enumerate(zip(first, second, strict=False)):
            if a != b:
                return place
        return min(len(first), len(second)) if self.ended and len(first) != len(second) else None
