"""Recipes, the application's one document: which steps each layer gets. Read from and written to YAML."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property, lru_cache
from pathlib import Path
from reprlib import repr as brief
from typing import Any, Literal

import yaml

from workbench.core.base import yaml_file
from workbench.core.base.arguments import as_names
from workbench.core.base.errors import UserError
from workbench.core.base.files import write_text
from workbench.core.base.message import Message
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import CHOICES, DEFAULT, Storing, storing_of

VERSION = 1
LONGEST = 300  # characters of what a complaint quotes
MOST_ROWS = 20_000
MOST_GLOBS = 5_000  # each may have to be tried for each layer
MOST_STEPS = 100  # of a row, or stages of the recovery
HERE = "ort-cpu"  # what the targets' ids begin with that are the runtime of this program
INTEGERS = frozenset(("quantize.static", "quantize.smooth", "quantize.dynamic"))  # which are timed on this machine
SIGNS = "*?["  # what makes a pattern a glob


@dataclass(frozen=True)
class Row:
    """A layer path or glob, and the steps for it."""

    pattern: str
    actions: tuple[Action, ...]

    def matches(self, path: str) -> bool:
        return self.pattern == path or (self.is_glob and _compiled(self.pattern).match(path) is not None)

    @property
    def is_glob(self) -> bool:
        return any(sign in self.pattern for sign in SIGNS)


@lru_cache(maxsize=MOST_ROWS)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a glob to a regular expression. fnmatch caches only 256, and compiling one takes longer than using it."""
    return re.compile(translate(pattern))


@dataclass(frozen=True)
class Recipe:
    """Ordered rows; the last row that matches a layer wins, so a row without steps leaves a layer alone.

    recover  training stages, in order, after all actions
    storing  how the file is written
    data     fingerprint of the data that the recipe was made with, or empty
    target   id of the target device (core.targets), or empty. It does not change the effect of the steps, except that
             nothing is left out for being slow on this machine if the device is another
    """

    rows: tuple[Row, ...] = ()
    seed: int = 0
    recover: tuple[Stage, ...] = ()
    storing: Storing = DEFAULT
    data: str = ""
    target: str = ""

    def stack_for(self, path: str) -> tuple[Action, ...]:
        """Return the steps of a layer in the order in which they are applied, including those that are switched off."""
        row = self._row_for(path)
        return in_order(row.actions) if row is not None else ()

    def actions_for(self, path: str) -> tuple[Action, ...]:
        """Return the steps of a layer in the order in which they are applied, without those that are switched off."""
        return tuple(action for action in self.stack_for(path) if not action.off)

    def leaves_alone(self, path: str) -> bool:
        """Return whether the row of a layer is empty: it gets no steps from globs or from a search."""
        row = self._row_for(path)
        return row is not None and not row.actions

    def leaving(self, paths: Iterable[str]) -> "Recipe":
        """Return the recipe that leaves these layers alone: each has an empty row, after the rows that match it."""
        chosen = dict.fromkeys(as_names(paths))
        kept = tuple(row for row in self.rows if row.pattern not in chosen)
        return dataclasses.replace(self, rows=kept + tuple(Row(path, ()) for path in chosen))

    def lifting(self, paths: Iterable[str], layers: Iterable[str]) -> "Recipe":
        """Return the recipe without the empty rows of these layers; an empty glob stays in force for other `layers`."""
        chosen = set(as_names(paths))
        lifted = [row for row in self.rows if not row.actions and any(map(row.matches, chosen))]
        others = [path for path in layers if path not in chosen and self._row_for(path) in lifted]
        return dataclasses.replace(self, rows=tuple(row for row in self.rows if row not in lifted)).leaving(others)

    @cached_property
    def in_effect(self) -> "Recipe":
        """Identity of a recipe, in the window and in the engine: recipes with the same effect compare equal.

        It omits steps that are switched off, rows that a later one replaces, rows of layers that only repeat the globs,
        the data and the target. Globs keep their order and precede the layers, which are sorted by name.
        """
        acting = [
            Row(row.pattern, in_order(tuple(action for action in row.actions if not action.off))) for row in self.rows
        ]
        layers, globs = self._places
        among = set(globs)
        general = Recipe(tuple(acting[place] for place in reversed(globs)))
        own = tuple(
            acting[place]
            for path, place in sorted(layers.items())
            if place not in among
            and self._place_of(path) == place
            and acting[place].actions != general.actions_for(path)
        )
        return dataclasses.replace(self, rows=general.rows + own, data="", target="", storing=self.storing_here)

    @property
    def changes_nothing(self) -> bool:
        """Whether the recipe has neither steps nor training in effect, nor other than the default storage."""
        acting = any(row.actions for row in self.in_effect.rows)
        return not acting and not self.recover and self.storing_here == DEFAULT

    @property
    def storing_here(self) -> Storing:
        """How the file is written. The speed on this machine does not matter for other devices, or where no step uses
        8-bit activations."""
        if not self.asks_for_integers:
            return dataclasses.replace(self.storing, integers=DEFAULT.integers)
        other = self.target and not self.target.startswith(HERE)
        return dataclasses.replace(self.storing, integers="all") if other else self.storing

    @property
    def asks_for_integers(self) -> bool:
        """Whether any step uses 8-bit activations."""
        return any(action.method in INTEGERS and not action.off for row in self.rows for action in row.actions)

    @property
    def in_integers(self) -> "Recipe":
        """The recipe with 8-bit activations wherever a step asks for them, even if that is slower."""
        if not self.asks_for_integers:
            return self
        return dataclasses.replace(self, storing=dataclasses.replace(self.storing, integers="all"))

    @cached_property
    def key(self) -> int:
        """Key of the recipe in effect before training: equal, within this process, for recipes with the same effect. It
        is a number, because tables of many recipes look it up often, and a recipe has a row for each layer."""
        return hash(dataclasses.replace(self.in_effect, recover=()))

    @cached_property
    def as_trained(self) -> "Recipe":
        """The identity of a training: the recipe in effect, regardless of how weights are stored."""
        return dataclasses.replace(self.in_effect, storing=DEFAULT)

    def with_actions(self, paths: Iterable[str], actions: tuple[Action, ...]) -> "Recipe":
        """Return the recipe in which exactly these layers have these steps; their rows replace earlier ones. Raises
        TypeError for a single path."""
        chosen = dict.fromkeys(as_names(paths))
        kept = dataclasses.replace(self, rows=tuple(row for row in self.rows if row.pattern not in chosen))
        added = tuple(Row(path, in_order(actions)) for path in chosen if actions or kept._row_for(path) is not None)
        return dataclasses.replace(self, rows=kept.rows + added)

    def _row_for(self, path: str) -> Row | None:
        """Return the last row that matches a path. Uses lookup tables, as a model has hundreds of layers, each perhaps
        with a row."""
        place = self._place_of(path)
        return self.rows[place] if place >= 0 else None

    def _place_of(self, path: str) -> int:
        """Return the index of the last row that matches; -1 if none does."""
        exact, globs = self._places
        place = exact.get(path, -1)
        found = next((at for at in globs if at <= place or self.rows[at].matches(path)), -1)
        return max(place, found)

    @cached_property
    def _places(self) -> tuple[dict[str, int], tuple[int, ...]]:
        """Index of each pattern's last row, and the indices of the globs from last to first."""
        globs = tuple(at for at, row in enumerate(self.rows) if row.is_glob)
        return {row.pattern: at for at, row in enumerate(self.rows)}, globs[::-1]

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, field.name) for field in dataclasses.fields(self)))

    def __hash__(self) -> int:
        """Return the hash, which is computed once: tables of figures are looked up by recipes that have a row for each
        layer."""
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the lookup caches."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def to_dict(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "version": VERSION,
            "seed": self.seed,
            "layers": {
                row.pattern: [action.step() | ({"off": True} if action.off else {}) for action in row.actions]
                for row in self.rows
            },
            "recover": [{stage.kind: dict(stage.params)} for stage in self.recover],
            "export": {"format": "onnx", **self.storing.as_dict},
        }
        return document | {key: given for key in ("data", "target") if (given := getattr(self, key))}

    def to_yaml(self) -> str:
        return yaml.dump(
            self.to_dict(),
            Dumper=yaml_file.Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=None,
            width=120,
        )

    def save(self, path: Path) -> None:
        """Write the recipe to a YAML file. Raises UserError when the file cannot be written."""
        write_text(path, self.to_yaml())


def load_recipe(path: Path) -> Recipe:
    """Load a recipe. Raises UserError when the file is missing, is not YAML, or is not a recipe."""
    return recipe_of(yaml_file.read(path, Message("the recipe"), Message("Give a YAML file.")), str(path))


def parse_recipe(text: str, name: str = "recipe") -> Recipe:
    """Parse a recipe. Raises UserError naming `name` and the first fault."""
    return recipe_of(yaml_file.parse(text, name, Message("Correct it, or save a recipe from the window.")), name)


def recipe_of(document: Any, name: str) -> Recipe:
    """Build a recipe from the document that `Recipe.to_dict` made; raises UserError as `parse_recipe` does."""
    if not isinstance(document, dict):
        raise UserError("{name} is not a recipe.", "A recipe is a mapping with 'version' and 'layers'.", name=name)
    _check(
        document.get("version") == VERSION,
        name,
        Message("its version is {version}", version=brief(document.get("version"))),
        Message("This program reads version {version}.", version=VERSION),
    )
    _check_keys(document, ("version", "seed", "layers", "recover", "export", "data", "target"), name)
    seed = document.get("seed", 0)
    _check(
        isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**63,
        name,
        Message("its seed is not a non-negative whole number"),
        Message("Omit it, or give a whole number from 0."),
    )
    layers = document.get("layers") or {}
    _check(
        isinstance(layers, dict),
        name,
        Message("'layers' is not a mapping"),
        Message("Its keys are layer paths or globs."),
    )
    globs = sum(any(sign in str(pattern) for sign in SIGNS) for pattern in layers)
    _check(
        len(layers) <= MOST_ROWS and globs <= MOST_GLOBS,
        name,
        Message("it has {rows:,} rows, {globs:,} of them globs", rows=len(layers), globs=globs),
        Message("Give at most {rows:,} rows, {globs:,} of them globs.", rows=MOST_ROWS, globs=MOST_GLOBS),
    )
    export = document.get("export") or {}
    _check(isinstance(export, dict), name, Message("'export' is not a mapping"), "")
    _check_keys(export, ("format", "batch", *CHOICES), name, "export.")
    storing = _storing(export, name)
    kind = export.get("format", "onnx")
    _check(kind == "onnx", name, Message("export.format is {kind}", kind=brief(kind)), Message("Write onnx."))
    recover = document.get("recover")
    stages = tuple(Stage(kind, params) for kind, params in _steps(name, "recover", "stage", recover))
    rows = tuple(Row(str(pattern), _actions(name, str(pattern), steps)) for pattern, steps in layers.items())
    target = document.get("target", "")
    _check(
        isinstance(target, str),
        name,
        Message("its target is {target}", target=brief(target)),
        Message("Give an id that 'workbench targets' lists."),
    )
    return Recipe(rows, seed, stages, storing, str(document.get("data", "")), target)


def _check_keys(document: dict[Any, Any], known: Iterable[str], name: str, above: str = "") -> None:
    """Raise UserError for a key that nothing would read."""
    extra = [f"{above}{key}" for key in document if key not in known]
    _check(
        not extra,
        name,
        Message("it has an unknown key '{extra}'", extra=extra),
        Message("The keys are {known}.", known=sorted(f"{above}{key}" for key in known)),
    )


def _storing(export: dict[Any, Any], name: str) -> Storing:
    """Parse how the file is written; raises UserError for an unknown choice."""
    try:
        return storing_of(export)
    except KeyError as error:
        (key,) = error.args
        raise _invalid(
            name,
            Message("export.{key} is {given}", key=key, given=brief(export[key])),
            Message("Write one of {choices}.", choices=[*CHOICES[key]])
            if key in CHOICES
            else Message("Write the number of samples at a time, from 1."),
        ) from error


def _actions(name: str, pattern: str, steps: Any) -> tuple[Action, ...]:
    switched = [_off(name, pattern, step) for step in steps] if isinstance(steps, list) else []
    read = _steps(name, pattern, "action", [step for step, _ in switched] if isinstance(steps, list) else steps)
    return tuple(Action(method, params, off) for (method, params), (_, off) in zip(read, switched, strict=True))


def _off(name: str, pattern: str, step: Any) -> tuple[Any, bool]:
    """Remove the key that switches a step off, and return the step with whether it is off."""
    if not isinstance(step, dict) or len(step) < 2:
        return step, False
    off = step.get("off", False)
    _check(
        isinstance(off, bool),
        name,
        Message("'off' of a step of '{pattern}' is {off}", pattern=pattern, off=brief(off)),
        Message("Write true or false."),
    )
    return {key: value for key, value in step.items() if key != "off"}, off


def _steps(name: str, where: str, one: Literal["action", "stage"], steps: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and parameters of each entry of a list: of a layer's row, or of the recovery."""
    steps = [] if steps is None else steps
    key = "family.method" if one == "action" else "stage"
    if not isinstance(steps, list):
        problem = (
            Message("the row '{where}' is not a list of steps", where=where)
            if one == "action"
            else Message("'{where}' is not a list of stages", where=where)
        )
        raise _invalid(name, problem, Message("Write [{{{key}: {{…}}}}].", key=key))
    if len(steps) > MOST_STEPS:
        raise _invalid(
            name,
            Message("'{where}' has {n:,} steps", where=where, n=len(steps)),
            Message("Give at most {most}.", most=MOST_STEPS),
        )
    for step in steps:
        step = {step: {}} if isinstance(step, str) else step
        if not isinstance(step, dict) or len(step) != 1:
            problem = (
                Message("a step of '{where}' has more or less than one method", where=where)
                if one == "action"
                else Message("an entry of '{where}' has more or less than one stage", where=where)
            )
            raise _invalid(name, problem, Message("Write {{{key}: {{parameter: value}}}}.", key=key))
        ((what, params),) = step.items()
        params = {} if params is None else params
        if not isinstance(params, dict):
            raise _invalid(
                name,
                Message("the parameters of {subject} in '{where}' are not a mapping", subject=what, where=where),
                Message("Write {{{key}: {{parameter: value}}}}.", key=key),
            )
        if odd := [str(key) for key, value in params.items() if isinstance(value, list | dict)]:
            raise _invalid(
                name,
                Message("{odd} of {subject} in '{where}' is not a single value", odd=odd, subject=what, where=where),
                Message("Give one value."),
            )
        yield what, params


def _check(condition: bool, name: str, problem: str, hint: str) -> None:
    if not condition:
        raise _invalid(name, problem, hint)


def _invalid(name: str, problem: str, hint: str) -> UserError:
    problem = problem if len(problem) <= LONGEST else f"{problem[:LONGEST]}…"
    return UserError("{name} is not a valid recipe: {problem}.", hint, name=name, problem=problem)
