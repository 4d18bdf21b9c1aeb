"""Base classes of compression methods, and the discovery of methods.

A method is a class with a frozen `Params` dataclass and three answers: whether it fits a layer, an instant forecast of
what it will store, and the edit itself. Register it with `@method("family.name")` in a file of this folder, or from
another distribution through the entry-point group `workbench.methods`.
"""

import inspect
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar, cast, get_args

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message, sentences
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, Family, MethodInfo
from workbench.core.recipe.effect import Effect, Ranking
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import fields_of, parse
from workbench.graph.channels.scaling import Scaling
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.prepare.raise_opset import TARGET
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import plugins
from workbench.methods.base.observer import Observed
from workbench.methods.base.ranks import Matrix

RAISE = Message("Model > Preparation offers to raise the opset; on the command line, --raise-opset does.")


class Context(Protocol):
    """Information about a layer that a method can request. Everything is computed on demand and cached.

    A layer is a matrix applied to rows: the rows of a convolution are its unfolded input patches
    (channels x kernel), those of a linear layer its input vectors. Activations are those of the original model.
    """

    @property
    def layer(self) -> Layer: ...

    @property
    def weight(self) -> np.ndarray:
        """Original weight, float32, in the stored layout."""

    @property
    def bias(self) -> np.ndarray | None: ...

    @property
    def seed(self) -> int: ...

    @property
    def calibrated(self) -> bool:
        """Whether calibration data is attached."""

    @property
    def peers(self) -> "tuple[Context, ...]":
        """Every layer of the recipe that has an identical step, including this one, in the model's order."""

    def gradients(self, job: Job) -> "tuple[np.ndarray, np.ndarray]":
        """Return the mean gradient of the loss, and the mean of its square, in the weight's layout. Raises UserError if
        no gradient reaches the weight."""

    def gates(self, job: Job) -> np.ndarray:
        """Return the mean square of the loss's gradient with respect to a factor on each output channel, [outputs].
        Raises UserError."""

    def synaptic_flow(self, masks: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the SynFlow scores of all layers, by path, in each weight's layout, with the weights that `masks`
        drops at zero."""

    def rows(self, count: int, job: Job) -> np.ndarray:
        """Return a seeded sample [groups, at most count, columns] of the calibration rows. Raises UserError without
        data."""

    def gram(self, job: Job) -> np.ndarray:
        """Return the mean of x x^T over all calibration rows, [groups, columns, columns] float64. Raises UserError
        without data."""

    def mean(self, job: Job) -> np.ndarray:
        """Return the mean of x over all calibration rows, [groups, columns] float64. Raises UserError without data."""

    def observed(self, job: Job, behind: bool = False, counting: bool = True) -> Observed:
        """Return statistics of the layer's input, or of its output (`behind`), over all calibration samples; without
        `counting` they may hold the extremes alone, which is faster. Raises UserError without data."""

    def inputs(self, job: Job) -> Iterator[np.ndarray]:
        """Yield the layer's calibration inputs, batch by batch, as the operator receives them."""

    def keep(self, what: Hashable, value: Any) -> None:
        """Keep a value for this layer and these samples, replacing an earlier one, while there is room."""

    def kept(self, what: Hashable) -> Any | None:
        """Return the value given to `keep`, if it is still there."""


class Method(ABC):
    """Base of all methods; the class attributes are shown to the user, the docstring gives the source."""

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    formula: ClassVar[str]
    citation: ClassVar[str]
    needs_data: ClassVar[bool] = False
    by_loss: ClassVar[bool] = False  # prunes by predicted loss: so does gradual pruning in training (students.ramp)
    corrects: ClassVar[bool] = False  # makes up for what steps before it changed: no change comes behind it
    effects: ClassVar[tuple[Effect, ...]] = ()  # sentences on what a step will do, the window's only ones
    ranking: ClassVar[Ranking | None] = None  # where its parameters mean a rank
    encodes: ClassVar[Encodes | None] = None  # the numbers that it puts weights and activations on
    structural: ClassVar[bool] = False  # changes the shapes of several layers at once: see StructuralMethod
    Params: ClassVar[type]

    @abstractmethod
    def accepts(self, layer: Layer) -> str | None:
        """Return why this layer cannot have the method, in one sentence; None if it can."""

    def refuses(self, layer: Layer, params: Any) -> str | None:
        """Return why this layer cannot have the method with these parameters; None if it can."""
        return self.accepts(layer)

    @abstractmethod
    def forecast(self, layer: Layer, plan: Plan, params: Any) -> Plan:
        """Forecast what will be stored after this step, from shapes alone: instant."""

    def whole(self, params: Any) -> str:
        """Return the name of the part that is defined for whole layers only, so that the step cannot follow a
        factorisation; "" if factors are supported."""
        return ""

    def shared(self, params: Any) -> bool:
        """Return whether the edit depends on the other layers that have the same step (see Context.peers)."""
        return getattr(params, "scope", "layer") == "global"

    def uses_data(self, params: Any) -> bool:
        """Return whether the edit depends on the calibration samples."""
        return self.needs_data

    def looks_at_data(self, params: Any) -> bool:
        """Return whether the step's note depends on the calibration samples, if there are any."""
        return self.uses_data(params)

    def opset(self, params: Any) -> int:
        """Return the oldest opset of a model that can hold the result."""
        return 9

    def older(self, params: Any, opset: int) -> str:
        """Return why a model of an older opset cannot have this step, and what can be done."""
        why = Message(
            "{step} needs opset {needed}, and the model has opset {opset}.",
            step=Message(self.title),
            needed=self.opset(params),
            opset=opset,
        )
        return sentences(why, RAISE) if self.opset(params) <= TARGET else why

    def forecasts_exactly(self, params: Any) -> bool:
        """Return whether `forecast` is exact, up to zeros caused by rounding (many at 2 bits) and the positions of
        zeros; False if the amount depends on the weights."""
        return True

    @abstractmethod
    def apply(self, context: Context, edit: Edit, params: Any, job: Job) -> Edit:
        """Apply the step to the result of earlier steps. Deterministic for `context.seed`; `edit` is not changed."""

    def matrices(self, context: Context, job: Job) -> tuple[Matrix, ...]:
        """Return the matrices of the original layer whose ranks are chosen, one for each rank, if not the unfolded
        weight.

        Raises UserError without the required data.
        """
        return ()

    @classmethod
    def info(cls) -> MethodInfo:
        family = cast(Family, cls.id.partition(".")[0])
        structural = RemovalMethod | RescalingMethod | ReplacingMethod
        outlook = cls.matrices is not Method.matrices or issubclass(cls, structural)
        return MethodInfo(
            cls.id,
            family,
            cls.title,
            cls.summary,
            cls.formula,
            cls.citation,
            fields_of(cls.Params),
            cls.needs_data,
            issubclass(cls, RemovalMethod),
            issubclass(cls, ReplacingMethod),
            outlook,
            cls.effects,
            cls.ranking,
            cls.encodes,
        )


@dataclass(frozen=True, eq=False)
class ChannelGroup:
    """Units of channels that may be removed, and the layers that lose output channels with them.

    count      number of units that may be removed
    stay       further units of the chosen layer, which cannot be removed
    width      number of the chosen layer's output channels in a unit
    members    each layer's context, and for each of its output channels the unit (0..count-1), or -1
    scale      [count] mean |scale| of the BatchNormalizations that read the unit; None if there are none
    readers    for each layer that reads such channels: its context, the axis of its weight, and the unit at each index
               of that axis
    """

    count: int
    stay: int
    width: int
    members: tuple[tuple[Context, np.ndarray], ...]
    scale: np.ndarray | None = None
    readers: tuple[tuple[Context, int, np.ndarray], ...] = ()


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over rows x of inputs and y of outputs, float64: x xᵀ, x yᵀ, and y and y² for each output."""

    inputs: np.ndarray
    across: np.ndarray
    outputs: np.ndarray
    squares: np.ndarray
    rows: int


class StructuralMethod(Method):
    """A method that changes several layers at once and yields a new model (see engine.compile.structure).

    It precedes all other steps of all layers, which run on the new model. Each kind is one of the classes below.
    `keeps` names what is kept, for the note on a layer that matches a glob but cannot have the step.
    """

    structural = True
    keeps: ClassVar[str]

    def forecast(self, layer: Layer, plan: Plan, params: Any) -> Plan:
        return plan  # of the layer as the first stage leaves it

    def forecasts_exactly(self, params: Any) -> bool:
        return False

    def apply(self, context: Context, edit: Edit, params: Any, job: Job) -> Edit:
        raise UserError(
            "{id} changes several layers at once; it cannot edit a single layer.", "Apply it with a recipe.", id=self.id
        )


class RemovalMethod(StructuralMethod):
    """A method that removes output channels from layers, and from all layers coupled with them."""

    keeps = Message("stays unpruned")

    def unable(self, group: ChannelGroup, params: Any) -> str | None:
        """Return why this group's units cannot be ranked, or None; called before anything runs."""
        return None

    def restores(self, params: Any) -> bool:
        """Return whether the remaining layers are corrected to the output statistics of the original
        (engine.compile.statistics)."""
        return False

    @abstractmethod
    def removes(self, group: ChannelGroup, params: Any) -> int:
        """Return the number of units to remove, from sizes alone; requests are comparable among parameters of one
        method."""

    @abstractmethod
    def choose(self, groups: tuple[ChannelGroup, ...], params: Any, job: Job) -> tuple[np.ndarray, ...]:
        """Return the units to remove from each group with this step. Deterministic."""


class RescalingMethod(StructuralMethod):
    """A method that moves scale between output channels and the layers that read them; the model's outputs do not
    change."""

    keeps = Message("keeps its channel scales")

    @abstractmethod
    def factors(
        self, scaling: Scaling, weights: Mapping[str, np.ndarray], chosen: tuple[np.ndarray, ...], params: Any, job: Job
    ) -> np.ndarray:
        """Return [scaling.count] float64 > 0: the factor for each unit's channels. Deterministic.

        weights   name of an initialiser -> float32 values, for the layers' weights
        chosen    the units that may change, for each layer with this identical step, in the model's order
        """


class ReplacingMethod(StructuralMethod):
    """A method that replaces a span of layers by a student: the module that a layer is in, or another one."""

    keeps = Message("stays unchanged")

    def module(self, path: str, params: Any) -> str:
        """Return the module to replace when this layer has the step: the one that it names, or the layer's own."""
        return getattr(params, "span", "") or path.rpartition(".")[0] or path

    @abstractmethod
    def kernel(self, params: Any) -> int | None:
        """Return the size of the student's kernel if it is a convolution; None: the span is removed without
        replacement."""

    @abstractmethod
    def fit(self, moments: Moments, params: Any, job: Job) -> np.ndarray:
        """Fit the student's weights, float64 [columns, outputs]. Deterministic.

        Moments are those of the student's inputs, with a 1 appended for the bias, and of the span's outputs.
        """


M = TypeVar("M", bound=type[Method])
_registered: dict[str, Method] = {}
_loading = threading.Lock()


def method(identifier: str) -> Callable[[M], M]:
    """Register a method under `family.name` (class decorator)."""

    def register(cls: M) -> M:
        if identifier.partition(".")[0] not in get_args(Family):
            raise ValueError(f"{identifier}: the family is one of {', '.join(get_args(Family))}")
        if identifier in _registered and type(_registered[identifier]) is not cls:
            raise ValueError(f"{identifier} is registered twice")
        if inspect.isabstract(cls):
            raise TypeError(f"{identifier} does not define {', '.join(sorted(cls.__abstractmethods__))}")
        if not is_dataclass(cls.Params):
            raise TypeError(f"{identifier}: its Params need @dataclass(frozen=True) above them")
        cls.id = identifier
        _registered[identifier] = cls()
        return cls

    return register


@cache
def all_methods() -> dict[str, Method]:
    """Return every method by id, in alphabetical order. A broken file or plug-in is left out (see plugins)."""
    with _loading:
        plugins.load_methods(_registered)
        return dict(sorted(_registered.items()))


class Step(NamedTuple):
    """A resolved step: a method, and its validated parameters."""

    method: Method
    params: Any


def find(action: Action) -> Step:
    """Resolve an action to its step. The result is cached, whatever the number of layers and calls.

    Raises UserError for an unknown method or parameter.
    """
    known = all_methods()
    if action.method not in known:
        raise UserError(
            "There is no method '{method}'.", "The methods are: {known}.", method=action.method, known=[*known]
        )
    # With their types: 1, 1.0 and True are equal, and one of them may be refused.
    given = tuple((name, type(value), value) for name, value in action.params.items())
    try:
        hash(given)
    except TypeError:  # a list, say, which no parameter can be
        return _parsed.__wrapped__(known[action.method], given)
    return _parsed(known[action.method], given)


@lru_cache(maxsize=1024)
def _parsed(chosen: Method, given: tuple[tuple[str, type, Any], ...]) -> Step:
    return Step(chosen, parse(chosen.Params, {name: value for name, _, value in given}, owner=chosen.id))


def each_tensor(encoding: Encoding, out_axis: int, change: Callable[[np.ndarray, int], Encoding]) -> Encoding:
    """Apply `change(values, out_axis)` to the weight, or to each factor if it was factorised before."""
    factors, scaled = encoding.factors, encoding.scaled
    if factors is not None:
        axis = 0 if factors.conv else 1
        return factors.with_encodings([each_tensor(piece.encoding, axis, change) for piece in factors.pieces])
    if scaled is not None:
        return replace(scaled, inner=each_tensor(scaled.inner, out_axis, change))
    return change(encoding.decode(), out_axis)


def untouched(weight: np.ndarray) -> Edit:
    """Return the edit from which a stack of steps starts."""
    return Edit(Dense(weight))
