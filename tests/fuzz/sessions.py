"""Session files: every value of the JSON changed in type or content, and the text itself."""

import json
import random
from dataclasses import replace
from pathlib import Path

from tests.figures import TOP1
from tests.fuzz.changes import bytes_changed, value_changed
from tests.fuzz.kind import Commands, kind
from workbench.core.analysis.report import Figure, Totals
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.core.session.session_file import Layout, Panel, Reference, SavedSession
from workbench.core.session.snapshot import Snapshot
from workbench.core.session.undo_list import Branch, RecipeStep, SnapshotStep, UndoList


def whole() -> SavedSession:
    """A session with everything in it that a session can have."""
    first = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),), seed=2)
    recipe = replace(
        first,
        rows=(*first.rows, Row("first", (Action("prune.magnitude", {"sparsity": 0.5}, True),))),
        recover=(Stage("finetune", {"epochs": 1}),),
        data="ab12",
    )
    totals = Totals(
        Figure(1000, "forecast"), 300, 4000, Figure(0.9, "measured", 12, 0.8, 0.95), Figure(1.5, "measured", 5)
    )
    pinned = Snapshot("small", recipe, totals, Figure(-0.01, "measured", 12), TOP1, "rows.npz", True)
    steps = (
        RecipeStep("quantise", first),
        RecipeStep("prune", recipe),
        SnapshotStep("rename", pinned, pinned.named("b"), 0),
        SnapshotStep("delete", pinned, None, 0),
    )
    history = UndoList(Recipe(), steps, 3, (Branch("other way", 2, first),))
    layout = Layout("inspect", ("first", "second"), "first", {"tree": Panel(True, "left", 240)})
    return SavedSession(
        Reference("perceptron.onnx", "f" * 16),
        recipe,
        ("batchnorm",),
        Reference("rows.npz"),
        Reference("more.npz"),
        (pinned,),
        layout,
        history,
    )


@kind("session")
def make(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """Read, written again, and read once more."""
    document = whole().to_dict(Path("."))
    if chance.random() < 0.5:  # else most changes end at the undo list, which has to lead to the recipe
        document["history"] = None
    raw = chance.random() < 0.2
    for _ in range(0 if raw else chance.choice((1, 1, 1, 2, 5))):
        document = value_changed(chance, document)
    try:
        content = json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    except ValueError:
        content = b'{"version": ' + b"9" * 5000 + b"}"
    (folder / "work.mcw").write_bytes(bytes_changed(chance, content) if raw else content)
    return [["session", "work.mcw"]]
