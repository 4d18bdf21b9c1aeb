"""Sentences in which a method describes the effect of a step, with figures that follow the slider without running
anything.

A method declares them beside its parameters; they cross to the window in MethodInfo, where each figure is computed from
the parameters and the layer in front of the user. The window has no other description of a method's effect.

    Effect("{count} of {weights} weights become zero.", figures={"count": "round(sparsity * weights)"})
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from types import CodeType
from typing import Any, Literal

from workbench.core.recipe.removal import channels_removed


class Share(float):
    """A fraction of one, displayed in per cent."""


FUNCTIONS = {
    "round": round,
    "min": min,
    "max": max,
    "int": int,
    "ceil": math.ceil,
    "share": Share,
    "removed": channels_removed,
}
_NODES = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.LShift,
    ast.Compare,
    ast.cmpop,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
)


@dataclass(frozen=True)
class Effect:
    """A sentence about a step.

    text      English, a template whose names are figures, parameters, or facts of the layer (Layer.facts)
    when      an expression: the sentence is shown where it is true; "": always
    figures   name -> an expression: + - * / // << (a power of two is 1 << n), comparisons, and, or, not, if else, with
              `round`, `min`, `max`, `int`, `ceil`, `share` for values shown in per cent, and `removed` for channels
              (core.recipe.removal). Names are parameters and facts; an unknown name is None
    stored    an expression for the number of weights stored in place of the layer's; it ends the sentence, so that
              `text` then has no full stop. "": none
    """

    text: str
    when: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    stored: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for an invalid expression."""
        for expression in (self.when, self.stored, *self.figures.values()):
            if expression:
                _compiled(expression)

    def __hash__(self) -> int:
        return hash((self.text, self.when, self.stored))

    def values(self, names: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the figures of the text, and `stored` if given, for parameters and facts; None if the sentence does
        not apply, or a figure cannot be computed."""
        try:
            if self.when and not evaluated(self.when, names):
                return None
            known = {name: evaluated(expression, names) for name, expression in self.figures.items()}
            found = {name: known[name] if name in known else names[name] for name in placeholders(self.text)}
            if self.stored:
                found["stored"] = evaluated(self.stored, names)
        except (ArithmeticError, KeyError, TypeError, ValueError):
            return None
        return None if None in found.values() else found


@dataclass(frozen=True)
class Ranking:
    """Declares that parameters called rank, energy, ratio, weakening and rule choose a rank (methods.base.ranks).

    of        whose singular values: those of the "weight", which the window draws, or of the matrices from
              Method.matrices
    sides     1: two factors; 2: a rank for the output channels and one for the input channels
    first     name of the two factors; "": thinner layers
    trained   whether the factors are trained, so that singular values do not determine what is kept
    when      as for Effect
    """

    of: Literal["weight", "matrices"] = "weight"
    sides: int = 1
    first: str = ""
    trained: bool = False
    when: str = ""


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names in a template."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def evaluated(expression: str, names: Mapping[str, Any]) -> Any:
    """Evaluate an expression. Raises whatever its arithmetic raises."""
    return eval(_compiled(expression), {"__builtins__": {}}, _Names({**names, **FUNCTIONS}))


def names_in(expression: str) -> frozenset[str]:
    """Return the names that an expression depends on."""
    return frozenset(_compiled(expression).co_names) - FUNCTIONS.keys()


class _Names(dict[str, Any]):
    def __missing__(self, name: str) -> None:
        return None


@cache
def _compiled(expression: str) -> CodeType:
    """Compile an expression. Raises ValueError for anything but arithmetic, comparisons, and calls of FUNCTIONS."""
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"'{expression}' is no expression") from error
    for node in ast.walk(tree):
        called = isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS)
        if not isinstance(node, _NODES) or called:
            raise ValueError(
                f"'{expression}' has more than arithmetic in it ({type(node).__name__}): there are + - * / // <<, "
                f"comparisons, and, or, not, if else, and {', '.join(FUNCTIONS)}; 2 to the power n is 1 << n"
            )
    return compile(tree, "<effect>", "eval")
