"""The program in a torch.export archive: read as data, and rewritten with nothing but known operators, names, numbers
and sizes.

torch builds Python code from a program's names, evaluates the expressions in it, and imports classes that its input
description names. So every text in it must have the form required by its key, sizes are parsed here and rewritten as
arithmetic, and unused metadata is dropped.
"""

import ast
import json
import re
from collections.abc import Callable
from typing import Any

from workbench.core.base.message import Message

NAME = re.compile(r"[A-Za-z_][\w.]*|", re.ASCII)
PATH = re.compile(r"[\w.\-]*")
SYMBOL = re.compile(r"[a-z]{1,4}\d{1,6}|(int_)?oo|true|false", re.ASCII)
NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d{1,3})?", re.ASCII)
NOT_FINITE = re.compile(r"-?Infinity|NaN")
VERSION = re.compile(r"[\w.+<>= \-]*", re.ASCII)
SCOPE_LENGTH = 1 << 16
LARGEST = 1 << 63

# Operators that reach files or memory that are not theirs; those with an underscore are inner parts, each checked.
UNSAFE = {"from_file", "set", "set_", "resize", "resize_", "resize_as_", "record_stream"}
INNER = re.compile(
    r"_(to_copy|softmax|log_softmax|safe_softmax|unsafe_view|unsafe_index|native_batch_norm_legit\w*|adaptive_avg_pool[23]d"
    r"|scaled_dot_product_\w+|assert_scalar|assert_tensor_metadata|assert_async|weight_norm|weight_norm_interface"
    r"|convolution|prelu_kernel|upsample_\w+|shape_as_tensor|reshape_alias|fused_rms_norm|native_multi_head_attention"
    r"|transformer_encoder_layer_fwd|embedding_bag|local_scalar_dense|cdist_forward|trilinear|conj|conj_physical|neg_view"
    r"|cast_[A-Z]\w+|fft_\w+|pad_enum|pad_circular|_(and|or|xor|lshift|rshift|iand|ior|ixor)__)"
)
OPERATOR = re.compile(r"torch\.ops\.(aten|prims|quantized_decomposed)\.(\w+)\.([a-zA-Z]\w*)", re.ASCII)
ARITHMETIC = (
    {
        f"_operator.{name}"
        for name in (
            "eq",
            "ne",
            "le",
            "ge",
            "lt",
            "gt",
            "neg",
            "pos",
            "mul",
            "add",
            "sub",
            "floordiv",
            "mod",
            "pow",
            "truediv",
            "and_",
            "or_",
            "getitem",
        )
    }
    | {f"torch.sym_{name}" for name in ("not", "int", "float", "ite", "max", "min", "sqrt", "sum")}
    | {"math.trunc", "math.ceil", "math.floor"}
    | {
        f"torch.ops.higher_order.{name}"
        for name in ("cond", "while_loop", "scan", "wrap_with_set_grad_enabled", "wrap_with_autocast")
    }
)
OBJECTS = {"as_custom_obj", "as_operator", "custom_obj"}
FUNCTIONS = {
    "Symbol",
    "Integer",
    "Rational",
    "Float",
    "Add",
    "Mul",
    "Max",
    "Min",
    "Mod",
    "FloorDiv",
    "PythonMod",
    "CleanDiv",
    "CeilDiv",
    "CeilToInt",
    "FloorToInt",
    "ModularIndexing",
    "IntTrueDiv",
    "FloatTrueDiv",
    "ToFloat",
    "TruncToInt",
    "TruncToFloat",
    "RoundToInt",
    "Where",
    "Identity",
    "Equality",
    "Unequality",
    "GreaterThan",
    "LessThan",
    "StrictGreaterThan",
    "StrictLessThan",
    "Eq",
    "Ne",
    "Ge",
    "Le",
    "Gt",
    "Lt",
    "And",
    "Or",
    "Not",
}
POWERS = {"Pow", "PowByNatural"}
ALLOWED = (
    ast.Expression,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.keyword,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.Load,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.unaryop,
    ast.cmpop,
    ast.Tuple,
)
LONGEST_EXPRESSION = 10_000
MOST_POWERS, LARGEST_POWER = 4, 8
CONTAINERS = {
    "builtins.tuple",
    "builtins.list",
    "builtins.dict",
    "collections.OrderedDict",
    "torch.fx.immutable_collections.immutable_list",
    "torch.fx.immutable_collections.immutable_dict",
}


class Unsafe(Exception):
    """Raised for something in a file that could run code when torch reads it."""


def cleaned(content: bytes) -> bytes:
    """Return the program in a form that is safe for torch. Raises Unsafe, or ValueError if it is damaged."""
    program = json.loads(content)
    if not isinstance(program, dict) or not isinstance(program.get("graph_module"), dict):
        raise ValueError(Message("no program"))
    program["guards_code"] = []  # Python source that calling the program would run
    program["graph_module"].update(metadata={}, treespec_namedtuple_fields={})
    return json.dumps(_clean("", program)).encode()


def _clean(key: str, value: Any) -> Any:
    """Clean a value. `key`: the nearest key above it."""
    if isinstance(value, dict):
        return _notes(value) if key == "metadata" else _clean_dict(key, value)
    if isinstance(value, list):
        return [_clean(key, item) for item in value]
    if isinstance(value, str):
        if key not in _TEXTS:
            raise Unsafe(Message("an unexpected string ({key})", key=key[:30]))
        return _TEXTS[key](value)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(key)
    return value


def _clean_dict(key: str, value: dict[str, Any]) -> dict[str, Any]:
    if found := OBJECTS & set(value) or (key == "custom_obj_values" and value):
        raise Unsafe(Message("an object of the class {lowest}", lowest=min(found, default="")))
    for name in value:
        if key == "range_constraints":
            expression(name)
        elif not NAME.fullmatch(name):
            raise Unsafe(Message("an invalid name"))
    return {name: _clean(name, item) for name, item in value.items()}


def _notes(value: dict[str, Any]) -> dict[str, str]:
    """Return the module scopes of a node, which are never evaluated."""
    scopes = value.get("nn_module_stack")
    return {"nn_module_stack": scopes} if isinstance(scopes, str) and len(scopes) < SCOPE_LENGTH else {}


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise Unsafe(what)
        return text

    return check


def _target(text: str) -> str:
    """Return an operator's name if torch has it and it only computes from its inputs."""
    if text in ARITHMETIC:
        return text
    if (found := OPERATOR.fullmatch(text)) is None or not _registered(*found.groups()):
        raise Unsafe(Message("the operator {text}", text=repr(text[:60])))
    return text


def _registered(namespace: str, name: str, overload: str) -> bool:
    import torch

    if name in UNSAFE or (name.startswith("_") and not INNER.fullmatch(name)):
        return False
    packet = getattr(getattr(torch.ops, namespace), name, None)
    return isinstance(getattr(packet, overload, None), torch._ops.OpOverload)


def expression(text: str) -> str:
    """Rewrite a size as arithmetic of numbers and symbols. Raises Unsafe for all else, as torch evaluates it."""
    if len(text) > LONGEST_EXPRESSION:
        raise Unsafe(Message("a size expression with more than arithmetic"))
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError) as error:
        raise Unsafe(Message("a size expression with more than arithmetic")) from error
    nodes = list(ast.walk(tree))
    called = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    powers = [node for node in nodes if _is_power(node)]
    if len(powers) > MOST_POWERS or not all(_plain(node, called) for node in nodes):
        raise Unsafe(Message("a size expression with more than arithmetic"))
    return ast.unparse(tree)


def _is_power(node: ast.AST) -> bool:
    return (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in POWERS
    )


def _plain(node: ast.AST, called: dict[int, ast.Call]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in FUNCTIONS | POWERS if id(node) in called else SYMBOL.fullmatch(node.id) is not None
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return bool(SYMBOL.fullmatch(node.value) or NUMBER.fullmatch(node.value))
        return isinstance(node.value, bool | float) or (isinstance(node.value, int) and abs(node.value) <= LARGEST)
    if isinstance(node, ast.keyword):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, int) and node.value.value <= 64
    if isinstance(node, ast.Call):
        bounded = not _is_power(node) or (len(node.args) == 2 and _small(node.args[1]))
        return isinstance(node.func, ast.Name) and bounded
    return isinstance(node, ALLOWED) and (not isinstance(node, ast.BinOp) or not _is_power(node) or _small(node.right))


def _small(node: ast.AST) -> bool:
    """Return whether an exponent is a small number: powers of powers could take unlimited memory."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Integer" and node.args:
        node = node.args[0]
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value <= LARGEST_POWER


def _structure(text: str) -> str:
    """Rewrite the nesting of inputs or outputs. Only plain containers: torch imports the class that any other kind
    names."""
    version, tree = json.loads(text)
    if type(version) is not int:
        raise ValueError("structure")
    return json.dumps([version, _container(tree)])


def _container(tree: dict[str, Any]) -> dict[str, Any]:
    children = [_container(child) for child in tree["children_spec"]]
    if tree["type"] is None:
        return {"type": None, "context": None, "children_spec": children}
    if tree["type"] not in CONTAINERS:
        raise Unsafe(Message("inputs or outputs of the class {type}", type=repr(str(tree["type"])[:60])))
    context = json.loads(tree["context"])
    keys = context if isinstance(context, list) else [] if context is None else [context]
    if not all(type(key) is int or (isinstance(key, str) and PATH.fullmatch(key)) for key in keys):
        raise Unsafe(Message("an invalid name"))
    return {"type": tree["type"], "context": json.dumps(context), "children_spec": children}


_name = _matching(NAME, Message("an invalid name"))
_path = _matching(PATH, Message("an invalid name"))
_float = _matching(NOT_FINITE, Message("a string where a number is expected"))
_TEXTS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("name", "as_name", "forward_arg_names", "verifiers", "type"), _name),
    **dict.fromkeys(("parameter_name", "buffer_name", "tensor_constant_name", "user_input_name", "fqn"), _path),
    **dict.fromkeys(("as_float", "as_floats", "as_float_lists", "real", "imag"), _float),
    **dict.fromkeys(("as_string", "as_strings"), lambda text: text[:SCOPE_LENGTH]),  # only ever quoted
    **dict.fromkeys(("in_spec", "out_spec"), _structure),
    "target": _target,
    "expr_str": expression,
    "torch_version": _matching(VERSION, Message("an invalid version")),
}
