"""torch.export programs (.pt2).

torch.export.load unpickles parts of the archive, loads native libraries that are in it, and evaluates expressions and
names that it finds in the program. So the archive is looked through first: one that holds only plain tensors and a
program without anything to evaluate is opened, every other only when the user trusts it.
"""

import ast
import io
import json
import re
import zipfile
from typing import Any

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.formats.format import Format, Loaded, register
from workbench.formats.torch_export import export, first_line, quiet

MARKS = ("archive_format", "serialized_exported_program.json")
NATIVE = re.compile(r"aotinductor|\.so$|\.dll$|\.dylib$|/custom_obj_|/opaque_obj_")
NAME = re.compile(r"[A-Za-z_][\w.]*|")
TENSOR = re.compile(r"(weight|tensor)_\d+")
SYMBOL = re.compile(r"[suzif]\d+|oo|[A-Z]\w*")
ALLOWED = (ast.Expression, ast.Call, ast.Name, ast.Constant, ast.keyword, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Load,
           ast.operator, ast.unaryop, ast.cmpop, ast.Tuple)


def load_pt2(path: str, trusted: bool, job: Job) -> Loaded:
    """Raises UserError when it cannot be read, or could run code and is not trusted."""
    import torch
    job.report("reading the torch program", 0.05)
    if not trusted and (found := suspicious(path)):
        raise UserError(f"{path} holds {found}, which could run code when it is loaded.",
                        "Confirm that you trust it (--trust on the command line).")
    with quiet():
        try:
            program = torch.export.load(path)
        except Exception as error:
            raise UserError(f"{path} cannot be read as a torch.export program: {first_line(error)}.",
                            "Save it again with torch.export.save of the installed torch.") from error
    program._guards_code = []           # Python source that calling the program would run
    args, kwargs = program.example_inputs or ((), {})
    return export(program, args, kwargs, path, "pt2", job)


def suspicious(path: str) -> str:
    """What in the archive could run code when it is loaded; "" when nothing could."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
            if len(set(members)) != len(members):
                return "two parts of the same name"
            if native := next((name for name in members if NATIVE.search(name)), None):
                return f"the part {native}"
            for name in members:
                if not name.endswith((".json", ".pt")):
                    continue
                content = archive.read(name)
                reason = _in_json(content) if name.endswith(".json") else _in_pickle(content)
                if reason:
                    return reason
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path} is a damaged archive.", "Copy or export it again.") from error
    return ""


def _in_pickle(content: bytes) -> str:
    """A part that torch unpickles must be one that torch itself deems safe: tensors and plain containers."""
    import torch
    if not content:
        return ""
    try:
        with quiet():
            torch.load(io.BytesIO(content), weights_only=True)
    except Exception:
        return "a pickle of more than tensors"
    return ""


def _in_json(content: bytes) -> str:
    pending: list[tuple[str, Any]] = [("", json.loads(content))]
    while pending:
        key, value = pending.pop()
        if isinstance(value, dict):
            pending += value.items()
            if key != "metadata" and not all(isinstance(name, str) for name in value):
                return "a name that is not one"
        elif isinstance(value, list):
            pending += [(key, item) for item in value]
        elif key == "use_pickle" and value:
            return "a pickled weight"
        elif key == "path_name" and not TENSOR.fullmatch(str(value)):
            return f"the part {str(value)[:60]}"
        elif key == "expr_str" and not _is_expression(str(value)):
            return "an expression that is more than arithmetic"
        elif key in ("name", "target", "as_name") and not NAME.fullmatch(str(value)):
            return "a name that is not one"
    return ""


def _is_expression(text: str) -> bool:
    """Whether a size is arithmetic of symbols and nothing else: sympy evaluates it as Python."""
    try:
        nodes = list(ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, MemoryError):
        return False
    return all(isinstance(node, ALLOWED)
               and (not isinstance(node, ast.Name) or SYMBOL.fullmatch(node.id) is not None)
               and (not isinstance(node, ast.Constant) or not isinstance(node.value, str)
                    or NAME.fullmatch(node.value) is not None) for node in nodes)


def _claims(path: str, head: bytes) -> bool:
    if head[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(MARKS) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


register(Format("pt2", _claims, load_pt2, order=1))
