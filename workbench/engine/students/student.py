"""The compressed model as a trainable module: the torch view, with weights computed from trainable encodings.

The view represents the model that the edits belong to; each layer's effective weight is inserted for every step, so
training sees the same model as a preview. Trained values go back by name: the edits, and the scales and shifts of
norms.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from workbench.core.base.errors import UserError
from workbench.data.answer import Answer
from workbench.data.dataset import Dataset
from workbench.engine.base.differentiable import view_of
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.statistics import Moments
from workbench.engine.students.norms import Norm, by_batch
from workbench.engine.supervision.features import Features
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding, Learning
from workbench.graph.encodings.learning import Floats, Trainable
from workbench.graph.model.constants import norm_constants, with_constants
from workbench.graph.model.model import Model
from workbench.graph.storage.edit import Edit
from workbench.graph.torch.torch_view import TorchView


@dataclass(frozen=True)
class Wanted:
    """The layers to train (see core.recipe.stages.Training), and whether quantisation step sizes are trained. `only`:
    the paths of the layers, instead of the patterns."""

    trainable: str = "all"
    frozen: str = ""
    learned: bool = True
    only: tuple[str, ...] | None = None

    def paths(self, compiled: Compiled) -> tuple[str, ...]:
        """Return the paths of the layers. Raises UserError if a pattern matches no layer, or none is left."""
        if self.only is not None:
            return self.only
        every = list(compiled.model.sites)
        match self.trainable:
            case "all":
                chosen = every
            case "edited":
                chosen = [path for path in every if path in compiled.edits]
            case _:
                chosen = matching(self.trainable, every)
        held = matching(self.frozen, every) if self.frozen.strip() else []
        left = tuple(path for path in chosen if path not in held)
        if not left:
            raise UserError("No layer is left to train.", "Name more layers in 'trainable', or fewer in 'frozen'.")
        return left

    @property
    def norms(self) -> bool:
        return self.trainable == "all" and self.only is None


def matching(patterns: str, paths: list[str]) -> list[str]:
    """Return the paths that match these comma-separated patterns. Raises UserError for one without a match."""
    found: list[str] = []
    for pattern in filter(None, (part.strip() for part in patterns.split(","))):
        hits = [path for path in paths if path == pattern or fnmatchcase(path, pattern)]
        if not hits:
            raise UserError(
                "'{pattern}' matches no trainable layer.",
                "The trainable layers are {paths}{more}.",
                pattern=pattern,
                paths=[*paths[:8]],
                more=", …" if len(paths) > 8 else "",
            )
        found += hits
    return found


class Student(nn.Module):
    """The trainable model: called with feeds by name, it returns the measured output, samples first.

    moments   output moments, by path, of layers that are normalised by the batch during training
    view      the torch view of the model, if it was made already
    floats    weights, by path, that the levels were made of, where stages before quantisation trained them

    Raises UserError for a model without gradients, which is tested on samples of `data`.
    """

    def __init__(
        self,
        compiled: Compiled,
        wanted: Wanted,
        data: Dataset | None = None,
        moments: Mapping[str, Moments] | None = None,
        view: TorchView | None = None,
        floats: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        super().__init__()
        self.compiled, self.origins = compiled, floats or {}
        model = compiled.model
        self.answer = Answer() if data is None else data.answer
        self.view = (view_of(model, data) if view is None else view).requires_grad_(False)
        names = {id(module): name for name, module in self.view.named_children()}
        self.names = {path: names[id(module)] for path, module in self.view.layers.items()}
        self.learned = nn.ModuleDict()  # the name of a layer's module -> its Trainable
        self.values = nn.ParameterDict()  # biases and norms; keys are in `places`
        self.places: dict[str, str] = {}  # key -> name of a parameter or buffer of the view
        self.trained = tuple(path for path in wanted.paths(compiled) if path in self.view.layers)
        if not self.trained:
            raise UserError("No layer is left to train.", "In 'trainable', name layers that gradients reach.")
        for path in self.view.layers:
            self._add_layer(path, path in self.trained, wanted.learned)
        self._put_others()
        self.norms = norm_constants(self.view.model) if wanted.norms else ()
        for name in self.norms:
            self._add_value(f"norm:{name}", self.view.buffer_of(name), _constant(model, name))
        self.batchnorms = nn.ModuleDict()  # the name of a layer's module -> what normalises its output
        for path, found in (moments or {}).items():
            self._add_batchnorm(path, found)

    def _add_batchnorm(self, path: str, moments: Moments) -> None:
        """Add BatchNorm to a layer that is trained, if its stored weight can absorb the factors in the end."""
        edit, name = self.compiled.edits.get(path), self.names.get(path)
        if path not in self.trained or name is None or (edit is not None and edit.compute is not None):
            return
        ones = np.ones(len(moments.mean), np.float32)
        if edit is not None and edit.encoding.rescaled(ones, self.compiled.model.layer(path).out_axis) is None:
            return
        norm = self.batchnorms[name] = Norm(moments)
        self._module(path).register_forward_hook(lambda _module, _given, output: norm(output))

    def normalising(self) -> AbstractContextManager[None]:
        """Normalise layers with a BatchNorm by the batch inside this context."""
        return by_batch(self.batchnorms)

    def _add_layer(self, path: str, learns: bool, steps: bool) -> None:
        edit = self.compiled.edits.get(path)
        model, name = self.compiled.model, self.names[path]
        original = model.weight(path)
        if learns:
            actions = self.compiled.chosen.get(path, ())
            pruned = any(action.family == "prune" for action in actions)
            shared = any(action.method == "quantize.codebook" for action in actions)
            encoding = Dense(original) if edit is None else edit.encoding
            self.learned[name] = self.trainable(path, encoding, Learning(pruned, steps, shared))
        elif edit is not None:
            with torch.no_grad():
                self._module(path).weight.copy_(self._laid(path, torch.tensor(edit.weight)))  # type: ignore[operator]
        bias = model.bias(path) if edit is None or edit.bias is None else edit.bias
        if bias is None:
            return
        place = self._bias_place(path, torch.tensor(bias))
        if learns:
            self._add_value(f"bias:{name}", place, bias)

    def trainable(self, path: str, encoding: Encoding, learning: Learning) -> Trainable[Any]:
        """Return the form in which a layer's weight is trained."""
        origin = self.origins.get(path)
        return encoding.trainable(self.compiled.model.weight(path) if origin is None else origin, learning)

    def _put_others(self) -> None:
        """Insert the edited weights of layers that are not modules of the view, such as recurrent ones, as constants.
        Layers that lead only to outputs which are not measured are not part of it."""
        for path, edit in self.compiled.edits.items():
            initializer = self.compiled.model.sites[path].initializer
            if path not in self.view.layers and self.view.is_buffer(initializer):
                buffer = self.view.get_buffer(self.view.buffer_of(initializer))
                buffer.copy_(torch.tensor(edit.weight))

    def _bias_place(self, path: str, bias: Tensor) -> str:
        """Return the name of a layer's bias in the view, set to this value; created if the layer had none."""
        site, module = self.compiled.model.sites[path], self._module(path)
        if site.bias is not None and site.bias_node is not None:
            place = self.view.buffer_of(site.bias)
            buffer = self.view.get_buffer(place)
            buffer.copy_(bias.reshape(buffer.shape))
            return place
        module.register_parameter("bias", nn.Parameter(bias, requires_grad=False))
        return f"{self.names[path]}.bias"

    def _add_value(self, key: str, place: str, value: np.ndarray) -> None:
        key = key.replace(".", "·")  # a parameter's name has no dots
        self.places[key] = place
        self.values[key] = nn.Parameter(torch.tensor(value))

    def _module(self, path: str) -> nn.Module:
        return self.view.layers[path]

    def _laid(self, path: str, weight: Tensor) -> Tensor:
        """Return a weight in the layout of the view's module."""
        linear = isinstance(self._module(path), nn.Linear)
        return weight.T if linear and self.compiled.model.layer(path).out_axis == 1 else weight

    def weight(self, path: str) -> Tensor:
        """Return the effective weight of a trained layer, with its gradient."""
        return self.learned[self.names[path]]()

    def forward(self, feeds: Mapping[str, Tensor]) -> Tensor:
        place: dict[str, Tensor] = {}
        for path in self.trained:
            place[f"{self.names[path]}.weight"] = self._laid(path, self.weight(path))
        for key, value in self.values.items():
            held = self._held(self.places[key])
            place[self.places[key]] = value.reshape(held.shape)
        device = next(self.parameters()).device
        outputs = functional_call(self.view, place, (), {name: value.to(device) for name, value in feeds.items()})
        return self.answer.take(outputs[0])

    def watch(self, chosen: tuple[tuple[str, str], ...], alike: bool) -> Features:
        """Compare features of these layers (the student's, the teacher's); the projections that this needs are trained,
        too."""
        self.features = Features(chosen, self.view.layers, alike)
        return self.features

    def _held(self, place: str) -> Tensor:
        module, _, name = place.rpartition(".")
        return getattr(self.view.get_submodule(module), name)

    def state(self) -> dict[str, Tensor]:
        """Return a copy of the trained values and of the masks."""
        return {
            name: value.detach().clone() for name, value in self.state_dict().items() if not name.startswith("view")
        }

    @torch.no_grad()
    def is_finite(self) -> bool:
        """Return whether all trained values are finite."""
        return all(bool(torch.isfinite(value).all()) for value in self.parameters() if value.requires_grad)

    def load(self, state: Mapping[str, Tensor]) -> None:
        self.load_state_dict(state, strict=False)

    def floats(self) -> Iterator[tuple[str, Floats]]:
        """Yield the float tensors of the trained layers."""
        for path in self.trained:
            learned = self.learned[self.names[path]]
            assert isinstance(learned, Trainable)
            for tensor in learned.dense():
                yield path, tensor

    def bits(self) -> Tensor:
        """Return the mean bits per weight of the trained layers on uniform levels, with gradients. Raises UserError if
        there are none."""
        learned = [self.learned[self.names[path]] for path in self.trained]
        found = [bits for each in learned if isinstance(each, Trainable) and (bits := each.bits()) is not None]
        if not found:
            raise UserError(
                "The entropy penalty has no layer to act on.",
                "Give layers a step with evenly spaced levels, such as quantize.affine, or set 'entropy' to 0.",
            )
        return torch.stack([part for part, _ in found]).sum() / sum(count for _, count in found)

    @torch.no_grad()
    def sparsity(self) -> float:
        """Return the fraction of zeros among the effective weights of the trained layers."""
        weights = [self.weight(path) for path in self.trained]
        return sum(int((weight == 0).sum()) for weight in weights) / sum(weight.numel() for weight in weights)

    @torch.no_grad()
    def _folded(self, path: str, edit: Edit) -> Edit:
        """Return an edit that combines its layer with the following BatchNorm."""
        factor, shift = self.batchnorms[self.names[path]].folded()  # type: ignore[operator]
        encoding = edit.encoding.rescaled(_array(factor), self.compiled.model.layer(path).out_axis)
        assert encoding is not None  # such a layer has no BatchNorm
        old = self.compiled.model.bias(path) if edit.bias is None else edit.bias
        bias = _array(shift) if old is None else old * _array(factor) + _array(shift)
        return replace(edit, encoding=encoding, bias=bias.astype(np.float32))

    def result(self) -> Compiled:
        """Return the compiled recipe with the trained values: edits of the same forms; layers without edits as
        floats."""
        edits = dict(self.compiled.edits)
        for path in self.trained:
            name = self.names[path]
            learned = self.learned[name]
            assert isinstance(learned, Trainable)
            bias = self.values.get(f"bias:{name}")
            before = edits.get(path, Edit(learned.encoding()))
            made = replace(before, encoding=learned.encoding(), bias=None if bias is None else _array(bias))
            edits[path] = self._folded(path, made) if name in self.batchnorms else made
        norms = {name: _array(self.values[f"norm:{name}".replace(".", "·")]) for name in self.norms}
        structure = self.compiled.structure
        if norms:
            structure = replace(structure, model=with_constants(structure.model, norms))
        ordered = {path: edits[path] for path in self.compiled.model.sites if path in edits}
        return replace(self.compiled, structure=structure, edits=ordered)


def _constant(model: Model, name: str) -> np.ndarray:
    value = model.ir.graph.initializers[name].const_value
    assert value is not None
    return np.array(value.numpy(), dtype=np.float32)


def _array(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()
