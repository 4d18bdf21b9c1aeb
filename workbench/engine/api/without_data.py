"""Export without data: checks that no step needs data, and verification on made-up inputs."""

import numpy as np

from workbench.core.analysis.report import Verified
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.data.matching import Given, constants
from workbench.engine.compile.structure import Stacks
from workbench.engine.integers import settle
from workbench.formats.finish import answers, relative_difference
from workbench.graph.model.hidden_weights import random_operators
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.methods.base.method import find

LARGEST_RELATIVE_DIFFERENCE = 1e-2  # of the outputs; see engine.api.export


def refuse(chosen: Stacks, recipe: Recipe) -> None:
    """Raise UserError naming the first step that needs data."""
    for path, actions in chosen.items():
        for action in actions:
            method, params = find(action)
            if method.uses_data(params):
                raise UserError(
                    "{method} on {path} needs data, but none was given.",
                    "Give data, or use steps that need none (`workbench methods` lists them).",
                    method=action.method,
                    path=path,
                )
    if recipe.recover:
        raise UserError(
            "The recovery stage {kind} needs data, but none was given.",
            "Give data, or remove the stages from the recipe.",
            kind=recipe.recover[0].kind,
        )


def drawn(model: Model) -> str:
    """Return a note on a file that cannot be compared with its preview because the model draws random numbers; else
    ""."""
    random = random_operators(model.ir)
    if not random:
        return ""
    return Message("Not verified: {random} makes the outputs random, so that two runs differ.", random=[*random])


def verify(shown: Model, written: str, given: Given) -> tuple[Verified | None, str]:
    """Run the preview and the file on made-up inputs; return the comparison and a note. None if the file's outputs
    differ without the runtime's graph optimisation.

    Raises UserError if their outputs differ by more than rounding.
    """
    if said := drawn(shown):
        return None, said
    running = runtime.session(written)
    feeds, found, why = answers(running, constants(shown.inputs, given))
    if not feeds:
        return Verified(None, None, None, 0), Message("No data: not measured, and the file was not run: {why}", why=why)
    expected = runtime.run(runtime.session(shown), feeds)
    difference, largest = relative_difference(expected, found), 0.0
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:
        raise UserError(
            "The written file does not match the preview: on synthetic inputs the relative "
            "difference of its outputs is {difference:.3g}.",
            "No file was kept. Export with 'sparse: off', and report this recipe.",
            difference=difference,
        )
    moved = settle.without_optimisation(written, found, feeds)
    if moved is not None:
        return None, settle.not_verified(moved, 0)
    for a, b in zip(expected, found, strict=True):
        if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.size:
            largest = max(largest, float(np.nan_to_num(np.abs(a.astype(np.float64) - b)).max()))
    return Verified(None, None, largest, 0), (
        Message(
            "No data: not measured. The written file was run on synthetic inputs; its outputs "
            "differ from the preview's by at most {largest:.2g}",
            largest=largest,
        )
    )
