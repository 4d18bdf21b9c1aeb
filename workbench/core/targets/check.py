"""Steps of a recipe that a target does not support, by its rules: derived from parameters and shapes, without a run."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from workbench.core.analysis.not_taken import Finding
from workbench.core.base.message import Message, sentences
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.encodes import Numbers
from workbench.core.recipe.params import Field
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.target import Rule, Scheme, Target
from workbench.core.targets.words import difference

OPERATORS = {"Embedding": "Gather"}  # names of layers -> operator of ONNX
MOST_VALUES = 64  # of a whole number that are tried
FALLBACKS = {
    "float": Message("It is computed in floating point there."),
    "cpu": Message("It runs on the CPU there."),
    "refused": Message("The model is refused there."),
}


Known = Mapping[str, MethodInfo]


def check(layers: Iterable[Layer], recipe: Recipe, methods: Known, target: Target) -> tuple[Finding, ...]:
    """Return the findings, by layer, then by step. Steps that are switched off, and methods that are not installed, are
    not judged."""
    return tuple(
        finding for layer in layers for finding in of_layer(layer, recipe.stack_for(layer.path), methods, target)
    )


def of_layer(layer: Layer, stack: tuple[Action, ...], methods: Known, target: Target) -> Iterator[Finding]:
    """Yield the findings on one layer with these steps."""
    on = [(place, action) for place, action in enumerate(stack) if not action.off and action.method in methods]
    encoding = [(place, action) for place, action in on if methods[action.method].encodes is not None]
    integers = any((encodes := methods[action.method].encodes) and encodes.activations for _, action in encoding)
    for place, action in encoding:
        reason = refusal(layer, action, methods[action.method], target)
        if reason is None and not integers:
            reason = _alone(layer, methods[action.method], target)
        if reason is not None:
            rule = rule_of(layer, target)
            yield Finding(layer.path, place, action, reason, target.source_of(rule), target.fallback == "float")


def rule_of(layer: Layer, target: Target) -> Rule | None:
    return target.rules.get(OPERATORS.get(layer.op, layer.op))


def refusal(layer: Layer, action: Action, method: MethodInfo, target: Target) -> Message | None:
    """Return why the target does not support this step, with these parameters, on this layer; None if it does, or no
    rule applies."""
    encodes, rule = method.encodes, rule_of(layer, target)
    if encodes is None:
        return None
    if rule is None:
        if not target.fallback or target.fallback == "float":
            return None
        told = Message("{target} does not support {op} (by rule: {source}).", **_names(layer, target, None))
        return sentences(told, FALLBACKS[target.fallback])
    try:
        params = method.parameters(action)
        weights, inputs = encodes.weights(params), encodes.inputs(params)
    except (ArithmeticError, TypeError, ValueError):  # parameters of a file that are none: refused elsewhere
        return None
    wrong = _mismatch(Message("weights"), rule.weights, weights)
    wrong = wrong or _mismatch(Message("activations"), rule.activations, inputs)
    if wrong is None and inputs is not None and 0 < rule.levels < weights.levels:
        wrong = Message(
            "weights with 8-bit activations use at most {most} bits, not {given}: sums of products saturate",
            most=rule.levels,
            given=weights.levels,
        )
    return _told(layer, target, rule, wrong) if wrong is not None else None


def _mismatch(subject: Message, allowed: tuple[Scheme, ...] | None, given: Numbers | None) -> Message | None:
    differs = difference(allowed, given) if allowed is not None and given is not None else None
    if differs is None:
        return None
    return Message("{subject}: {allowed}, not {given}", subject=subject, allowed=differs[0], given=differs[1])


def _alone(layer: Layer, method: MethodInfo, target: Target) -> Message | None:
    """Return why the target does not support these weight levels without quantised activations."""
    rule, encodes = rule_of(layer, target), method.encodes
    if rule is None or rule.weight_only or encodes is None or encodes.kind == "float":
        return None
    return _told(layer, target, rule, Message("weights are not quantised without activations: add 8-bit activations"))


def _told(layer: Layer, target: Target, rule: Rule, wrong: Message) -> Message:
    told = Message("{target}, {op}: {wrong} (by rule: {source}).", wrong=wrong, **_names(layer, target, rule))
    return sentences(told, FALLBACKS[target.fallback]) if target.fallback else told


def _names(layer: Layer, target: Target, rule: Rule | None) -> dict[str, Any]:
    return {"target": target.title, "op": layer.op, "source": target.source_of(rule)}


# -- steps that fit ----------------------------------------------------------------------------------------------------


def fitted(layer: Layer, action: Action, method: MethodInfo, target: Target) -> Action | None:
    """Return the step with as few parameters changed as the target needs, channels in its multiples; None if nothing
    helps."""
    action = _rounded(layer, action, method, target)
    if refusal(layer, action, method, target) is None:
        return action
    deciding = method.encodes.names if method.encodes is not None else frozenset()
    tried = {
        field.name: values
        for field in method.fields
        if field.name in deciding and (values := _values(field, layer, target))
    }
    for count in (1, 2, 3):
        for names in combinations(tried, count):
            for values in product(*(tried[name] for name in names)):
                changed = Action(action.method, {**action.params, **dict(zip(names, values, strict=True))}, action.off)
                if refusal(layer, changed, method, target) is None:
                    return changed
    return None


def _rounded(layer: Layer, action: Action, method: MethodInfo, target: Target) -> Action:
    """Return a pruning step that leaves a multiple of the channels that the target computes at a time, if its rules say
    so."""
    rule = rule_of(layer, target)
    rounds = method.coupled and any(field.name == "round_to" for field in method.fields)
    if rule is None or rule.outputs == 1 or not rounds or "round_to" in action.params:
        return action
    return action.with_param("round_to", rule.outputs)


def _values(field: Field, layer: Layer, target: Target) -> tuple[Any, ...]:
    """Return values of a parameter that may affect number formats, the widest first, since fewer bits cost more
    quality."""
    if field.kind == "choice":
        return field.choices
    if field.kind == "bool":
        return (True, False)
    if field.kind != "int" or field.low is None or field.high is None:
        return ()
    rule = rule_of(layer, target)
    blocks = {size for scheme in (rule.weights or ()) for size in scheme.block} if rule else set()
    if field.high - field.low < MOST_VALUES:
        return tuple(range(int(field.high), int(field.low) - 1, -1))
    return tuple(sorted(size for size in blocks if field.low <= size <= field.high))
