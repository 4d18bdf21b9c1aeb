"""Fuzzy matching of a typed text with names: its words first, else its letters in their order."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

K = TypeVar("K")

NEXT, BEGINS, FAR = 2.0, 1.5, 20  # scores of a letter next to the previous one, or at the start of a word; of a gap
OTHER_NAME = 0.5  # a match with another name ranks after one with its own
# Scores of a text in which every typed word occurs without a gap, begins words or is inside of them; the longest sum of
# single letters stays far below. Two letters inside of a word are found by chance.
INSIDE, BEGINNING, LEAST = 1000.0, 2000.0, 3
IDEOGRAPHS = "\u2e80"  # from here on, words are written without spaces: each character may begin one


@lru_cache(maxsize=4096)
def likeness(typed: str, text: str, names: str = "") -> float | None:
    """Return the score of `text` for the typed words; None if they do not match. American and British spelling are
    equal.

    The letters of each typed word must occur in order; the score is higher if they are close together and begin words,
    and far higher if every typed word is found whole. A word may instead occur as a whole in the other `names`, which
    counts a little less.
    """
    text, names = _spelled(text), _spelled(names)
    words = _spelled(typed).split()
    total = -len(text) / 1000
    for word in words:
        own = _best(word, text) if _occurs(word, text) else None
        other = _whole(word, names)
        if own is None and other is None:
            return None
        total += max(score for score in (own, other) if score is not None)
    return total + min((_rank(word, f"{text}\n{names}") for word in words), default=0.0)


def without_scattered(scores: Mapping[K, float]) -> dict[K, float]:
    """Return these scores of `likeness` without scattered letters, if there is a match of whole words."""
    least = INSIDE / 2 if max(scores.values(), default=0.0) > INSIDE / 2 else -float("inf")
    return {key: score for key, score in scores.items() if score > least}


def _rank(word: str, text: str) -> float:
    """Return BEGINNING for a word with which a word of the text begins, INSIDE for one inside of a word, else 0."""
    places = _places(word, text)
    if any(_begins_word(text, place) for place in places):
        return BEGINNING
    return INSIDE if places and len(word) >= LEAST else 0.0


def _whole(word: str, names: str) -> float | None:
    """Return the score of a word that occurs in the names without a gap."""
    places = _places(word, names)
    if not places:
        return None
    begins = any(_begins_word(names, place) for place in places)
    return (BEGINS if begins else 0.0) + NEXT * (len(word) - 1) - OTHER_NAME


def _places(word: str, text: str) -> list[int]:
    return [n for n in range(len(text)) if text.startswith(word, n)]


def _spelled(text: str) -> str:
    return text.casefold().replace("iz", "is").replace("colour", "color").replace("distill", "distil")


def _occurs(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)


def _best(word: str, text: str) -> float | None:
    """Return the best score over all ways to find the letters of `word` in their order."""
    ways = {n: BEGINS if _begins_word(text, n) else 0.0 for n, letter in enumerate(text) if letter == word[0]}
    for letter in word[1:]:
        ways = {
            n: max(score + _gain(text, before, n) for before, score in ways.items() if before < n)
            for n in range(min(ways, default=len(text)) + 1, len(text))
            if text[n] == letter
        }
    return max(ways.values(), default=None)


def _gain(text: str, before: int, here: int) -> float:
    gap = here - before - 1
    return NEXT if gap == 0 else (BEGINS if _begins_word(text, here) else 0.0) - min(gap, FAR) / 10


def _begins_word(text: str, index: int) -> bool:
    return index == 0 or not text[index - 1].isalnum() or text[index] >= IDEOGRAPHS
