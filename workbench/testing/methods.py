"""Shared suite of compression methods: the contract of methods.base.method, checked on real layers.

`check_method` runs all checks. The single checks are for a runner that shows them one by one:

    @pytest.mark.parametrize("check", methods.PER_METHOD)
    @pytest.mark.parametrize("case", CASES)
    @pytest.mark.parametrize("check", methods.PER_CASE)
"""

import dataclasses
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np

from workbench.core.base.errors import Cancelled
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.effect import evaluated
from workbench.core.recipe.params import fields_of, parse, plain
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.core.recipe.storing import Storing
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.graph.encodings.kind import Floats
from workbench.graph.encodings.spec import container
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import forecast, size_of, with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Method, all_methods, find
from workbench.testing.models import EVERY, model_with
from workbench.testing.saying import refused, sentence

SEED = 3
NUMBERS = dict.fromkeys(get_args(Floats), "float") | {
    "Symmetric": "integer",
    "Affine": "integer",
    "Codebook": "codebook",
}


@dataclass(frozen=True)
class Case:
    """Parameters of a method on one kind of layer (see models.EVERY), and the steps before it."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    op: str = "Gemm"
    before: tuple[Action, ...] = ()

    def __str__(self) -> str:
        given = "-".join(f"{name}={value}" for name, value in self.params.items()) or "default"
        return f"{self.method}-{given}-{self.op}" + "".join(f"-after-{step.method}" for step in self.before)

    @property
    def actions(self) -> tuple[Action, ...]:
        return (*self.before, Action(self.method, self.params))

    @property
    def parts(self) -> tuple[Model, str, Dataset]:
        return model_with(self.op)

    def edit(self, data: Dataset | None, job: Job) -> Edit:
        model, path, _ = self.parts
        return compiler.edit(model, path, self.actions, data, SEED, Cache(1 << 28), job)

    def made(self) -> Edit:
        """Create the edit, once for all checks that only inspect it."""
        return self._made[0]

    @property
    def leaves_the_original(self) -> bool:
        """Whether the model's weight was the same array of the same values after the edit."""
        return self._made[1]

    @property
    def _made(self) -> tuple[Edit, bool]:
        key = str(self), all_methods()[self.method]
        if key not in _edits:
            model, path, data = self.parts
            before = model.weight(path).copy()
            edit = self.edit(data, Job())
            _edits[key] = edit, np.array_equal(model.weight(path), before)
        return _edits[key]


_edits: dict[tuple[str, Method], tuple[Edit, bool]] = {}


def check_method(method: type[Method] | str, cases: Sequence[Case]) -> None:
    """Run all checks below for a method and its cases. Raises AssertionError naming the violation.

    Every parameter has to be in a case, and the cases should cover every operator that the method accepts.
    """
    name = method if isinstance(method, str) else method.id
    if name not in all_methods():  # its module was imported after the methods were looked for
        all_methods.cache_clear()
    assert name in all_methods(), f"{name} is not registered: is its module imported, or its entry point installed?"
    covered(name, cases)
    for check in PER_METHOD:
        check(name)
    for case in cases:
        for each in PER_CASE:
            each(case)


def covered(name: str, cases: Iterable[Case]) -> None:
    """Check that there is a case, and that every parameter occurs in one."""
    own = [case for case in cases if case.method == name]
    assert own, f"{name} has no case"
    known = {each.name for each in all_methods()[name].info().fields}
    given = {parameter for case in own for parameter in case.params}
    assert known == given, f"{name}: no case has the parameters {sorted(known ^ given)}"


# -- of a method ---------------------------------------------------------------------------------------------------


def describes_itself(name: str) -> None:
    """Check for a title, a summary in sentences, a formula, a source with its year, a help text for each parameter."""
    info = all_methods()[name].info()
    assert info.title and info.formula, f"{name} has no title or no formula"
    assert sentence(info.summary), f"{name}: its summary is not a sentence"
    assert any(each.isdigit() for each in info.citation), f"{name}: its citation has no year"
    for each in info.fields:
        assert sentence(each.help), f"{name}.{each.name} needs a help text that is a sentence"
    json.dumps(dataclasses.asdict(info))


def parameters_survive_a_recipe(name: str) -> None:
    """Check that defaults are valid, and survive a round trip through a recipe's YAML."""
    cls = all_methods()[name].Params
    defaults: Any = parse(cls, {})
    assert parse(cls, plain(defaults)) == defaults
    recipe = Recipe().with_actions(["layer"], (Action(name, plain(defaults)),))
    assert parse_recipe(recipe.to_yaml()) == recipe


def refuses_what_is_out_of_range(name: str) -> None:
    """Check that numbers below the range, and unknown parameters, are refused in a sentence that names them."""
    cls = all_methods()[name].Params
    for each in fields_of(cls):
        if each.kind in ("int", "float") and each.low is not None:
            low = each.low
            refused(lambda each=each, low=low: parse(cls, {each.name: low - 1}), each.name)  # type: ignore[misc]
    refused(lambda: parse(cls, {"no_such_parameter": 1}), "no_such_parameter")


def says_why_not(name: str) -> None:
    """Check that every kind of layer is accepted, or refused with a sentence that gives the reason."""
    method = all_methods()[name]
    for op in EVERY:
        model, path, _ = model_with(op)
        answer = method.accepts(model.layer(path))
        assert answer is None or sentence(answer), f"{name} refuses {op} with {answer!r}, which is not a sentence"


def computes_what_it_says(name: str) -> None:
    """Check that the sentences on a step's effect (core.recipe.effect) have their figures, with the defaults on every
    kind of layer that the method accepts."""
    method = all_methods()[name]
    defaults: Any = plain(parse(method.Params, {}))
    for op in EVERY:
        model, path, _ = model_with(op)
        layer = model.layer(path)
        names = {"asked": "a rank", **layer.facts, **defaults}
        for effect in method.effects if method.accepts(layer) is None else ():
            if not effect.when or evaluated(effect.when, names):
                assert effect.values(names) is not None, f"{name}: '{effect.text}' has no figures on {op}"
            assert sentence(effect.text) or effect.stored, f"{name}: '{effect.text}' is not a sentence"


# -- of a case -----------------------------------------------------------------------------------------------------


def leaves_the_original(case: Case) -> None:
    """Check that the model's weight is the same array of the same values afterwards."""
    assert case.leaves_the_original, f"{case} changes the original weight"


def is_deterministic(case: Case) -> None:
    """Check that the same seed yields the same weights."""
    first, second = case.made(), case.edit(case.parts[2], Job())
    np.testing.assert_array_equal(first.weight, second.weight, f"{case} differs from run to run")
    if first.bias is not None and second.bias is not None:
        np.testing.assert_array_equal(first.bias, second.bias, f"{case} differs from run to run")


def can_be_cancelled(case: Case) -> None:
    """Check that the method polls its job: a cancelled one ends it."""
    job = Job()
    job.cancel()
    try:
        case.edit(case.parts[2], job)
    except Cancelled:
        return
    raise AssertionError(f"{case} goes on although its job is cancelled")


def does_without_data_or_says_so(case: Case) -> None:
    """Check that without calibration data the method works or refuses in a sentence; one that declares that it needs
    data refuses."""
    needs = any(find(action)[0].uses_data(find(action)[1]) for action in case.actions)
    if needs:
        refused(lambda: case.edit(None, Job()))
    else:
        np.testing.assert_array_equal(case.edit(None, Job()).weight, case.made().weight)


UNCODED = Storing(codes="off")  # the bytes of codes follow from the weights


def forecasts_the_bytes(case: Case) -> None:
    """Check that the forecast from shapes alone matches the stored bytes within half a per cent, if it is declared
    exact."""
    model, path, _ = case.parts
    layer = model.layer(path)
    plan = Plan.of(layer)
    for action in case.actions:
        method, params = find(action)
        plan = method.forecast(layer, plan, params)
        if not method.forecasts_exactly(params):
            return
    expected = forecast(model, {path: plan}, UNCODED).file
    stored = size_of(model, {path: case.made()}, UNCODED).file
    assert abs(expected - stored) <= max(32, 0.005 * stored), (
        f"{case}: forecast {expected} bytes, stored {stored}. Zeros are left out where that is smaller: plan them "
        "(Plan.with_zeros), or let forecasts_exactly be False where the weights decide"
    )


def declares_its_numbers(case: Case) -> None:
    """Check that the number formats that the method plans are those that its class declares (Method.encodes), with
    which targets are compared; kinds of another package are not judged."""
    model, path, _ = case.parts
    plans = [Plan.of(model.layer(path))]
    for action in case.actions:
        method, params = find(action)
        plans.append(method.forecast(model.layer(path), plans[-1], params))
    before = {each.kind.name for each in plans[-2].tensors} | {"Float32"}
    changed = [each for each in plans[-1].tensors if each.kind.name in NUMBERS.keys() - before]
    if not changed:
        return
    assert method.encodes is not None, (
        f"{case} plans {changed[0].kind.name} and has no `encodes`: targets cannot judge it"
    )
    told = method.encodes.weights(method.info().parameters(case.actions[-1]))
    for each in changed:
        kind = NUMBERS[each.kind.name]
        assert told.kind == kind, f"{case}: `encodes` says {told.kind}, and {kind} is planned"
        stored = told.bits if kind == "float" else container(told.bits)
        assert stored == each.bits, f"{case}: `encodes` says {told.bits} bits, and {each.bits} are planned"


def exports_what_it_previews(case: Case) -> None:
    """Check that the written file has the promised size, and the same outputs as the preview."""
    model, path, data = case.parts
    edits = {path: case.made()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "edited.onnx"
        with_edits(model, edits).save(file)
        promised = size_of(model, edits).file
        assert file.stat().st_size == promised, f"{case}: {promised} bytes promised, {file.stat().st_size} written"
        feeds = data.feeds(slice(0, 16))
        written = runtime.session(str(file)).run(None, feeds)[0]
    shown = runtime.session(effective(model, edits)).run(None, feeds)[0]
    np.testing.assert_allclose(written, shown, rtol=1e-3, atol=1e-4 * np.abs(shown).max())


PER_METHOD: tuple[Callable[[str], None], ...] = (
    describes_itself,
    parameters_survive_a_recipe,
    refuses_what_is_out_of_range,
    says_why_not,
    computes_what_it_says,
)
PER_CASE: tuple[Callable[[Case], None], ...] = (
    leaves_the_original,
    is_deterministic,
    can_be_cancelled,
    does_without_data_or_says_so,
    forecasts_the_bytes,
    declares_its_numbers,
    exports_what_it_previews,
)
