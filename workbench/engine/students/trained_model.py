"""The model that a stage trained from the original, from which all steps of a recipe start."""

from dataclasses import replace

from workbench.engine.compile.compiler import Compiled
from workbench.engine.preview.previewer import effective
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.prepare.fold_batchnorm import SCALE, folded_scale


def trained_model(trained: Compiled) -> Model:
    """Return the model with the trained weights and biases; records of folded BatchNorms are kept."""
    model, made = trained.model, effective(trained.model, trained.edits)
    values = made.ir.graph.initializers
    for name, value in model.ir.graph.initializers.items():
        scale = folded_scale(value.const_value)
        if scale is not None and name in values and (tensor := values[name].const_value) is not None:
            tensor.meta[SCALE] = scale
    layers, sites = find_layers(made.ir)
    return replace(made, layers=layers, sites=sites)
