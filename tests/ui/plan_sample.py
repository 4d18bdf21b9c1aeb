"""A trade-off as a search finds one on the demo, without a search: for tests and pictures of the Plan tab."""

from dataclasses import replace

from tests.figures import TOP1
from workbench.core.analysis.plan import PRESETS, Front, Goal, Kind, Measured, Point
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe

VALUE = 0.924  # of the original
INT8, INT4, INT2 = ((Action("quantize.affine", {"bits": bits}),) for bits in (8, 4, 2))
GPTQ = (Action("quantize.gptq", {"bits": 3}),)
HALF = (Action("prune.magnitude", {"sparsity": 0.5}), *INT4)


def measured(drop: float, divergence: float, samples: int = 300, wide: float = 0.006) -> Measured:
    return Measured(VALUE - drop, drop, drop - wide, drop + wide, divergence, samples)


def mixed(model: ModelSummary, *stacks: tuple[Action, ...]) -> Recipe:
    """The stacks in turn on the layers that can be edited."""
    recipe = Recipe()
    paths = [layer.path for layer in model.layers if not layer.locked]
    for place, path in enumerate(paths):
        recipe = recipe.with_actions([path], stacks[place % len(stacks)])
    return recipe


def point(name: str, kind: Kind, recipe: Recipe, size: int, drop: float, divergence: float, **more) -> Point:
    return Point(name, kind, recipe, size, round(size * 33), measured=measured(drop, divergence), **more)


def points(model: ModelSummary) -> tuple[Point, ...]:
    def uniform(name: str, stack: tuple[Action, ...], share: float, drop: float, divergence: float) -> Point:
        recipe = Recipe().with_actions(["*"], stack)
        return point(name, "uniform", recipe, round(share * model.bytes), drop, divergence)

    def found(number: int, share: float, drop: float, divergence: float, *stacks) -> Point:
        recipe = mixed(model, *stacks)
        return point(f"search {number}", "search", recipe, round(share * model.bytes), drop, divergence)

    return (
        uniform("8 bit", PRESETS["8 bit"], 0.26, 0.0002, 0.0004),
        uniform("4 bit", PRESETS["4 bit"], 0.14, 0.009, 0.03),
        uniform("2 bit", INT2, 0.08, 0.31, 1.4),
        uniform("50 % zeros, 4 bit", HALF, 0.11, 0.021, 0.08),
        point("layer by layer 1", "greedy", mixed(model, INT4, INT4, HALF), round(0.12 * model.bytes), 0.019, 0.07),
        found(1, 0.2, 0.001, 0.002, INT8, INT4),
        found(2, 0.115, 0.007, 0.02, INT4, GPTQ, INT8),
        found(3, 0.09, 0.015, 0.05, GPTQ, HALF),
        found(4, 0.075, 0.034, 0.13, GPTQ, INT2, HALF),
        found(5, 0.125, 0.012, 0.04, HALF, INT8, INT2),
    )


def front(model: ModelSummary, goal: Goal | None = None, **more) -> Front:
    """Complete; the point for the goal is checked on samples held out."""
    goal = goal or Goal(max_ratio=0.12)
    original = Point("original", "original", Recipe(), model.bytes, model.macs)
    line = tuple(
        (round(share * model.bytes), 0.0008 / share**1.45) for share in (0.06, 0.08, 0.1, 0.13, 0.17, 0.22, 0.3)
    )
    found = Front(goal, TOP1, True, original, predicted=line, phase="done", selection=300, held_out=1700)
    for each in points(model):
        found = found.with_point(each)
    best = replace(found.points[6], held_out=measured(0.0065, 0.02, 1700, 0.003))
    return replace(found.with_point(best), chosen=best, trials=412, known=31, **more)
