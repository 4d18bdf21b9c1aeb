"""Names that a user can read: module paths of nodes, unique names for everything."""

import ast

import onnx_ir as ir

SCOPES = "pkg.torch.onnx.name_scopes"
CLASSES = "pkg.torch.onnx.class_hierarchy"
KEPT = (SCOPES, CLASSES)
WEIGHT_SUFFIXES = (".weight", ".W", ".w_0", "_weight", ".kernel")


def module_path(node: ir.Node, weight: str) -> str:
    """Where a layer stands in the user's module tree.

    The exporter's scope of the node where there is one (its last entry is the operator itself), else the weight's name
    without `.weight`, else the node's; the slashes of older exporters become dots.
    """
    scope = _scope(node)
    if scope:
        return scope
    name = weight
    for suffix in WEIGHT_SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            name = name.removesuffix(suffix)
            break
    else:
        if node.name and (not name or "/" in node.name or name.isdigit() or name.startswith("onnx::")):
            name = _without_operator(node)
    return clean(name) or clean(node.name or "") or node.op_type.lower()


def _scope(node: ir.Node) -> str:
    text = node.metadata_props.get(SCOPES, "")
    try:
        scopes = ast.literal_eval(text) if text else []
    except (ValueError, SyntaxError):
        return ""
    return clean(str(scopes[-2])) if isinstance(scopes, list) and len(scopes) >= 2 else ""


def _without_operator(node: ir.Node) -> str:
    """/blocks/blocks.0/conv1/Conv -> blocks.0.conv1: TorchScript's exporter repeats each parent in its child."""
    parts = [part for part in (node.name or "").split("/") if part]
    if len(parts) > 1 and parts[-1].startswith(node.op_type):
        parts = parts[:-1]
    path: list[str] = []
    for part in parts:
        joined = ".".join(path)
        path = part.split(".") if joined and part.startswith(joined + ".") else path + part.split(".")
    return ".".join(path)


def clean(name: str) -> str:
    """Printable, on one line, with dots between modules and none at the ends; long names keep both ends."""
    text = "".join(char if char.isprintable() else "_" for char in name).replace("/", ".").strip(". ")
    while ".." in text:
        text = text.replace("..", ".")
    return text if len(text) <= 120 else f"{text[:60]}…{text[-59:]}"


def unique(name: str, taken: set[str]) -> str:
    """`name`, or `name_2`, `name_3`…; the result is added to `taken`."""
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}_{number}"
    taken.add(chosen)
    return chosen


def name_nodes(graph: ir.Graph) -> None:
    """Give every node of the graph a unique name, in place."""
    taken: set[str] = set()
    for node in graph:
        node.name = unique(node.name or f"{node.op_type.lower()}", taken)
