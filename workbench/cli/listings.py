"""The commands that list methods and target devices, and the additions of `inspect --target`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import click

from workbench.cli import documents, output
from workbench.cli.options import debug_option, json_option, known_target
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.params import describe
from workbench.core.recipe.recovery import StageInfo
from workbench.core.targets.check import rule_of
from workbench.core.targets.reading import all_targets, target_here
from workbench.core.targets.target import Rule, Target
from workbench.core.targets.words import in_words

Listed = TypeVar("Listed", MethodInfo, StageInfo)


@click.command(short_help="List methods and training stages with their parameters.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@debug_option
def methods(names: Sequence[str], as_json: bool) -> None:
    """List the compression methods, the training stages of 'recover', and their parameters: all of them, or those with
    these names (quantize.affine), of these families (prune), or with these words in their names (channels)."""
    with output.working():
        import workbench as wb

        known, stages = _named(wb.list_methods(), names), _named(wb.list_stages(), names)
        if names and not (known or stages):
            raise click.BadParameter(
                f"no method or training stage is called {' '.join(names)}; 'workbench methods' lists all of them."
            )
    if as_json:
        output.print_json(documents.methods(known, stages))
        return
    _print_methods(known)
    if stages:
        output.say("Training stages, for 'recover' of a recipe:\n")
    _print_methods(stages)


def _named(listed: Sequence[Listed], names: Sequence[str]) -> list[Listed]:
    """Methods or stages whose ID or title contains one of the names; all without names."""
    return [each for each in listed if not names or any(_matches(each, name.lower()) for name in names)]


def _matches(info: MethodInfo | StageInfo, name: str) -> bool:
    return name in info.id or name in info.title.lower()


def _print_methods(listed: Sequence[MethodInfo | StageInfo]) -> None:
    """Print each method or training stage: its effect, its source, and a line for each parameter."""
    for info in listed:
        needs_data = isinstance(info, MethodInfo) and info.needs_data
        output.say(f"{info.id}: {info.title}" + (", needs data" if needs_data else ""))
        for text in (info.summary, f"{info.formula} ({info.citation})"):
            output.say(click.wrap_text(text, width=110, initial_indent="  ", subsequent_indent="  "))
        for field in info.fields:
            default = "" if field.default is None else f" [{field.default}]"
            output.say(f"    {field.name}{default}  {describe(field)}. {field.help}".rstrip())
        output.say()


@click.command(short_help="List target devices, or the rules of one.")
@click.argument("target", default="", metavar="[ID]", callback=known_target)
@json_option
@debug_option
def targets(target: str, as_json: bool) -> None:
    """List the target devices, or the rules of one with their sources."""
    here = target_here()
    if as_json:
        shown = [asdict(each) for each in all_targets().values() if target in ("", each.id)]
        output.print_json({"targets": shown, "here": here})
    elif target:
        _print(all_targets()[target])
    else:
        rows = [
            (("* " if each.id == here else "") + each.id, each.title, each.source) for each in all_targets().values()
        ]
        click.echo(output.table(("target", "device", "source"), rows, left=(0, 1, 2)))
        output.say("\n* this machine's processor. Rules are told as they were read; nothing is measured for them.")


def _print(target: Target) -> None:
    output.say(f"{target.id}: {target.title}")
    output.say(f"Source: {target.source}")
    alike: dict[str, list[str]] = {}
    for op, rule in target.rules.items():
        alike.setdefault(_text(rule), []).append(op)
    for text, operators in alike.items():
        output.say(f"\n{', '.join(operators)}\n{text}")
    if target.fallback:
        becomes = {"float": "computed in floating point", "cpu": "moved to the CPU", "refused": "refused"}
        output.say(f"\nWhat no rule allows is {becomes[target.fallback]}.")
    if target.speed is not None:
        peaks = [f"{kind} {macs:.3g} MACs/s" for kind, macs in target.speed.macs.items()]
        peaks += [f"{target.speed.bytes:.3g} bytes/s"] if target.speed.bytes else []
        output.say(f"Peak: {', '.join(peaks)} ({target.speed.source})")
    if target.energy is not None:
        costs = [f"{kind} {energy:.3g} pJ a MAC" for kind, energy in target.energy.macs.items()]
        costs += [f"{target.energy.byte:.3g} pJ a byte"] if target.energy.byte else []
        output.say(f"Energy: {', '.join(costs)} ({target.energy.source})")
    for note in target.notes:
        output.say(f"Note: {note}")


def _text(rule: Rule | None) -> str:
    """Describe a rule, one line per fact."""
    if rule is None:
        return "  no rule"
    lines = [f"{key:12} {text}" for key, text in facts(rule).items() if text]
    lines += [f"{'source':12} {rule.source}"] if rule.source else []
    return "\n".join(f"  {line}" for line in [*lines, *([rule.note] if rule.note else [])])


def facts(rule: Rule) -> dict[str, str]:
    """Return the facts of a rule in words; "" for those that it does not state."""
    weights, activations = ("" if each is None else str(in_words(each)) for each in (rule.weights, rule.activations))
    weights += "" if rule.weight_only else "; not without activations on levels"
    weights += f"; at most {rule.levels} bits of their range with activations on levels" if rule.levels else ""
    multiples = "" if rule.inputs == rule.outputs == 1 else f"multiples of {rule.inputs} in, {rule.outputs} out"
    together = "all inputs share one scale" if rule.unified else ""
    return {
        "weights": weights.removeprefix("; "),
        "activations": activations,
        "channels": multiples,
        "scales": together,
    }


def allowed(model: ModelSummary, target: str) -> list[dict[str, Any]]:
    """Return the number formats that the target supports, for each layer; empty without a target."""
    if not target:
        return []
    device = all_targets()[target]
    rows = []
    for layer in model.layers:
        rule = rule_of(layer, device)
        told = facts(rule) if rule is not None else {}
        rows.append({"layer": layer.path, "op": layer.op, **told, "source": device.source_of(rule)})
    return rows


def print_allowed(model: ModelSummary, target: str) -> None:
    """Print the supported number formats by rule: layers with the same operator together."""
    if not target:
        return
    device = all_targets()[target]
    output.say(f"\n{device.title} takes, by rule ({device.source}):")
    for op in dict.fromkeys(layer.op for layer in model.layers):
        layers = [layer for layer in model.layers if layer.op == op]
        output.say(f"\n{op}, {output.layers_text(len(layers))}\n{_text(rule_of(layers[0], device))}")
