"""The session file: round trips, files that moved along, and nothing in it is believed."""

import json
import re
from dataclasses import replace

import pytest

from tests.figures import TOP1
from workbench.core.analysis.report import Figure, Totals
from workbench.core.base.errors import UserError
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.session import session_file
from workbench.core.session.session_file import (
    LARGEST,
    MOST_VALUES,
    Layout,
    Panel,
    Reference,
    SavedSession,
    load_session,
)
from workbench.core.session.snapshot import Snapshot

RECIPE = Recipe(recover=(Stage("finetune", {"epochs": 2}),)).with_actions(
    ["0.10", "*"], (Action("prune.magnitude", {"sparsity": 0.5}),)
)
FIRST_SNAPSHOT = Snapshot(
    "6.2x smaller, 91.9 %",
    RECIPE,
    Totals(Figure(1e5, "verified"), 100, None, Figure(0.919, "estimated", 400, 0.9, 0.93), Figure(1.2, "measured", 50)),
    Figure(-0.01, "estimated", 400, -0.02, 0.0),
    TOP1,
    "f00d",
    True,
)


def saved(folder, **more) -> SavedSession:
    pinned = (FIRST_SNAPSHOT, Snapshot("bare", Recipe()))
    return SavedSession(
        Reference(str(folder / "m.onnx"), "abc"),
        RECIPE,
        snapshots=pinned,
        layout=Layout("compare", ("a", "b"), "b", {"layers": Panel(True, "left", 400)}),
        **more,
    )


def damaged(folder, change, **more) -> UserError:
    path = folder / "work.mcw"
    saved(folder, **more).save(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_session(path)
    assert str(path) in caught.value.what and caught.value.hint
    return caught.value


def test_everything_comes_back(tmp_path):
    whole = saved(tmp_path, without=("fold",), data=Reference("d.npz", "f00d"), calibration=Reference("c.npz"))
    whole.save(tmp_path / "work.mcw")
    found = load_session(tmp_path / "work.mcw")
    assert found.recipe == whole.recipe and found.snapshots == whole.snapshots and found.layout == whole.layout
    assert (found.model.path, found.model.fingerprint) == (whole.model.path, "abc") and found.without == ("fold",)
    assert found.data.path == "d.npz" and found.calibration.path == "c.npz"


def test_that_the_opset_was_raised_comes_back_and_is_read_from_the_step_that_older_files_list(tmp_path):
    saved(tmp_path, without=("fold",), raise_opset=True).save(tmp_path / "work.mcw")
    document = json.loads((tmp_path / "work.mcw").read_text(encoding="utf-8"))
    older = json.loads(json.dumps(document))
    del older["model"]["raise_opset"]
    older["model"]["without"] = ["fold", "opset"]
    (tmp_path / "older.mcw").write_text(json.dumps(older), encoding="utf-8")
    for name in ("work.mcw", "older.mcw"):
        found = load_session(tmp_path / name)
        assert found.raise_opset and found.without == ("fold",)


def test_a_folder_that_was_moved_with_its_session_is_found(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "m.onnx").write_text("model")
    saved(old).save(old / "work.mcw")
    old.rename(new)
    found = load_session(new / "work.mcw")
    assert found.model.find(new) == str(new / "m.onnx")
    assert Reference("/nowhere/m.onnx").find(new) == ""
    (new / "f.py").write_text("")
    assert Reference(f"{new}/f.py:make").find(new) == f"{new}/f.py:make"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.update(version=2), "version"),
        (lambda d: d["model"].update(path=7), "model.path"),
        (lambda d: d["model"].update(path=""), "no model"),
        (lambda d: d.update(snapshots={}), "snapshots"),
        (lambda d: d["snapshots"][0]["totals"]["bytes"].update(how="believed"), "believed"),
        (lambda d: d["snapshots"][0]["totals"]["bytes"].update(value=-1), "no size"),
        (lambda d: d["snapshots"][0]["totals"].update(parameters=True), "parameters"),
        (lambda d: d["snapshots"][0]["change"].update(value=10**400), "change"),
        (lambda d: d["snapshots"][0].update(trained="yes"), "trained"),
        (lambda d: d["recipe"].update(layers=[1]), "layers"),
        (lambda d: d["recipe"]["layers"].update(x=[{"a": {"b": [1]}}]), "not a single value"),
        (lambda d: d["layout"]["panels"]["layers"].update(side="top"), "side"),
        (lambda d: d["layout"].update(selection=[1]), "selection"),
        (lambda d: d.update(recipe=None), "recipe"),
    ],
)
def test_each_value_is_checked(tmp_path, change, word):
    assert word in damaged(tmp_path, change).what


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": NaN}', "[" * 100_000, "\0", '{"version": 1' + "0" * 5000 + "}"]
)
def test_what_is_no_session_is_reported_in_one_sentence(tmp_path, text):
    path = tmp_path / "work.mcw"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_session(path)
    assert str(path) in caught.value.what


def test_what_cannot_be_read_or_is_far_too_large(tmp_path):
    with pytest.raises(UserError, match="Cannot read"):
        load_session(tmp_path / "none.mcw")
    (tmp_path / "bytes.mcw").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(UserError, match="not a text file"):
        load_session(tmp_path / "bytes.mcw")
    with (tmp_path / "large.mcw").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UserError, match="too large"):
        load_session(tmp_path / "large.mcw")


def test_figures_that_are_not_finite_are_not_written(tmp_path):
    odd = Snapshot("odd", Recipe(), Totals(Figure(10.0, "forecast"), 1, 1, Figure(float("nan"), "measured")))
    SavedSession(Reference("m"), Recipe(), snapshots=(odd, odd)).save(tmp_path / "work.mcw")
    found = load_session(tmp_path / "work.mcw").snapshots
    assert found[0].totals.value is None and [each.name for each in found] == ["odd", "odd (2)"]


def test_a_snapshot_whose_metric_is_a_title_alone_has_no_figure_of_it(tmp_path):
    """As older versions wrote it: whether 0.919 is a share, and of what, is not guessed from a title."""
    path = tmp_path / "old.mcw"
    saved(tmp_path).save(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["snapshots"][0]["metric"] = "top-1"
    path.write_text(json.dumps(document), encoding="utf-8")
    snapshot = load_session(path).snapshots[0]
    assert not snapshot.metric and snapshot.totals.value is None and snapshot.change is None
    assert snapshot.totals.bytes == FIRST_SNAPSHOT.totals.bytes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(snapshots=d["snapshots"][:1] * 4001), "'snapshots' has more than 4000 entries"),
        (lambda d: d["layout"].update(selection=["a"] * 20_001), "'selection' has more than 20000 entries"),
        (lambda d: d["model"].update(without=["a"] * 20_001), "'model.without' has more than 20000 entries"),
        (
            lambda d: d["layout"].update(panels=dict.fromkeys(map(str, range(20_001)))),
            "layout.panels' has more than 20000 entries",
        ),
        (lambda d: d["recipe"].update(recover=["finetune"] * 101), "'recover' has 101 steps"),
        (lambda d: d["recipe"].update(layers={"*": ["prune.magnitude"] * 101}), "'\\*' has 101 steps"),
    ],
    ids=range(6),
)
def test_more_than_a_window_can_show_is_refused(tmp_path, change, said):
    """It is read in the window's own process, which waits meanwhile."""
    assert re.search(said, damaged(tmp_path, change).what)


def test_more_values_than_a_session_has_are_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(json, "loads", None)
    (tmp_path / "s.mcw").write_text('{"x": [' + "[]," * MOST_VALUES + "[]]}", encoding="utf-8")
    with pytest.raises(UserError, match="is not a session"):
        load_session(tmp_path / "s.mcw")


def test_many_snapshots_of_one_name_are_distinguished(tmp_path):
    replace(saved(tmp_path), snapshots=(FIRST_SNAPSHOT,) * 300).save(tmp_path / "s.mcw")
    names = [each.name for each in load_session(tmp_path / "s.mcw").snapshots]
    assert len(set(names)) == 300 and names[1:3] == [f"{FIRST_SNAPSHOT.name} (2)", f"{FIRST_SNAPSHOT.name} (3)"]


@pytest.mark.slow
def test_what_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    """A thousand snapshots were saved once, and the session never opened again."""
    path = tmp_path / "work.mcw"
    several = replace(saved(tmp_path), layout=Layout(selection=tuple(f"layer{number}" for number in range(30_000))))
    many = replace(several, snapshots=tuple(Snapshot(f"s{number}", Recipe()) for number in range(1001)))
    many.save(path)
    assert len(load_session(path).snapshots) == 1001
    monkeypatch.setattr(session_file, "SNAPSHOTS", 1000)
    with pytest.raises(UserError, match="at most 1,000 snapshots, and there are 1,001"):
        many.save(path)
    monkeypatch.setattr(session_file, "MOST_VALUES", 1000)
    with pytest.raises(UserError, match="session is too large for a file"):
        several.save(path)
    assert path.exists()
