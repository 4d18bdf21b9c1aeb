"""A torch.export archive opens without trust when it holds tensors and operators, and nothing in it ever runs."""

import io
import json
import os
import pickle
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.formats.test_onnx_file import refusal
from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime

MODEL, INPUTS, WEIGHTS = "net/models/model.json", "net/data/sample_inputs/model.pt", "net/data/weights/"
CONFIG = f"{WEIGHTS}model_weights_config.json"
CODE, BROKEN = "could run code", "damaged"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Members of the archive of a program with tied weights, a buffer and a free batch; an input and its answer."""
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
            self.last.weight = self.first.weight
            self.register_buffer("mask", torch.tensor([1.0, 0.0, 1.0, 1.0]))
            self.shift = torch.tensor([0.5])

        def forward(self, x):
            x = torch.cat([self.first(x) * self.mask, x[: x.shape[0]]], 0) + self.shift
            return {"out": self.last(x.relu()), "rows": [x]}

    torch.manual_seed(0)
    net, x = Net(), torch.randn(3, 4)
    file = tmp_path_factory.mktemp("pt2") / "net.pt2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(net, (x,), dynamic_shapes=({0: torch.export.Dim("batch")},)), str(file))
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, x.numpy(), net(x)["out"].detach().numpy()


def written(path, members) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def answer(model, x):
    return runtime.session(model).run(None, {model.inputs[0].name: x})[0]


@pytest.mark.slow
def test_tied_weights_buffers_constants_and_free_sizes_open_without_trust(parts, tmp_path):
    members, x, expected = parts
    model = open_model(str(written(tmp_path / "net.pt2", members)), job=Job())
    assert (model.source.format, model.inputs[0].shape, model.notes) == ("pt2", (None, 4), ())
    np.testing.assert_allclose(answer(model, x), expected, atol=1e-6)
    assert len([1 for value in model.ir.graph.initializers.values() if value.const_value.size == 16]) == 1, "still tied"


@pytest.mark.slow
def test_the_older_archive_opens_without_trust(parts, tmp_path):
    import torch

    members, x, expected = parts
    saved = {}
    from workbench.formats.pt2 import archive

    with zipfile.ZipFile(written(tmp_path / "new.pt2", members)) as opened:
        for kind, folder in (("weights", archive.WEIGHTS), ("constants", archive.CONSTANTS)):
            saved[kind] = io.BytesIO()
            torch.save(archive._tensors(opened, f"net/{folder}", kind), saved[kind])
    older = {
        "version": b"8.20",
        "serialized_exported_program.json": members[MODEL],
        "serialized_state_dict.pt": saved["weights"].getvalue(),
        "serialized_constants.pt": saved["constants"].getvalue(),
        "serialized_example_inputs.pt": members[INPUTS],
    }
    model = open_model(str(written(tmp_path / "net.pt2", older)), job=Job())
    np.testing.assert_allclose(answer(model, x), expected, atol=1e-6)


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def saved_trap(sprung: str) -> bytes:
    import torch

    file = io.BytesIO()
    torch.save(Trap(sprung), file)
    return file.getvalue()


def code(sprung: str) -> str:
    return f"__import__('os').mkdir('{sprung}')"


def replaced(member: str, old: str, new: str):
    """A change of the first place where a text stands in a member."""

    def change(members, sprung):
        text = members[member].decode()
        assert old in text
        return {**members, member: text.replace(old, new.replace("CODE", code(sprung)), 1).encode()}

    return change


def in_json(member: str, change):
    """`change(value, sprung)` alters the parsed member."""

    def changed(members, sprung):
        value = json.loads(members[member])
        change(value, sprung)
        return {**members, member: json.dumps(value).encode()}

    return changed


def added(name: str, content=None):
    """One more member: `content(sprung)`, else a pickle with a trap in it."""
    return lambda members, sprung: {**members, name: content(sprung) if content else pickle.dumps(Trap(sprung))}


def trapped_program(name: str):
    """A second program under a name that torch takes for one."""

    def change(members, sprung):
        return {**members, name: members[MODEL].replace(b"Symbol('", f"{code(sprung)} or Symbol('".encode())}

    return change


def spec(tree: dict):
    """Other nesting of the inputs."""

    def change(program, sprung):
        signature = program["graph_module"]["module_call_graph"][0]["signature"]
        signature["in_spec"] = json.dumps([1, tree])

    return in_json(MODEL, change)


def node(**values):
    def change(program, sprung):
        program["graph_module"]["graph"]["nodes"][0].update(values)

    return in_json(MODEL, change)


def argument(**value):
    def change(program, sprung):
        program["graph_module"]["graph"]["nodes"][0]["inputs"][0]["arg"] = value

    return in_json(MODEL, change)


def size(text: str):
    def change(program, sprung):
        meta = next(iter(program["graph_module"]["graph"]["tensor_values"].values()))
        meta["sizes"][0] = {"as_expr": {"expr_str": text.replace("CODE", code(sprung)), "hint": None}}

    return in_json(MODEL, change)


def weight(**meta):
    """Other numbers for the first weight; `meta` of its tensor unless it is of the part itself."""

    def change(config, sprung):
        first = next(iter(config["config"].values()))
        for key, value in meta.items():
            (first if key in first else first["tensor_meta"])[key] = value

    return in_json(CONFIG, change)


def ints(*values):
    return [{"as_int": value} for value in values]


def forward_names(program, sprung):
    program["graph_module"]["module_call_graph"][0]["signature"]["forward_arg_names"] = [f"x={code(sprung)}"]


def parameter(program, sprung):
    spec = next(spec for spec in program["graph_module"]["signature"]["input_specs"] if "parameter" in spec)
    spec["parameter"]["parameter_name"] = f"first'); {code(sprung)}; ('"


def counter(program, sprung):
    program["range_constraints"]["u999999999999"] = {"min_val": 0, "max_val": 1}


def lengths(program, sprung):
    program["range_constraints"][next(iter(program["range_constraints"]))] = {"min_val": code(sprung), "max_val": 9}


def weight_as_pickle(members, sprung):
    changed = weight(use_pickle=True)(members, sprung)
    return {**changed, f"{WEIGHTS}weight_0": saved_trap(sprung)}


def constant_as_object(members, sprung):
    shift = {"path_name": "opaque_obj_0", "is_param": False, "use_pickle": True, "tensor_meta": None}
    return {
        **members,
        "net/data/constants/model_constants_config.json": json.dumps({"config": {"shift": shift}}).encode(),
        "net/data/constants/opaque_obj_0": pickle.dumps(Trap(sprung)),
    }


def older_with_trap(members, sprung):
    return {
        "version": b"8.20",
        "serialized_exported_program.json": members[MODEL],
        "serialized_state_dict.pt": saved_trap(sprung),
        "serialized_constants.pt": b"",
        "serialized_example_inputs.pt": b"",
    }


def pickled(opcodes: bytes):
    """Sample inputs whose pickle is these opcodes."""

    def change(members, sprung):
        with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
            archive.writestr("archive/data.pkl", opcodes)
        return {**members, INPUTS: file.getvalue()}

    return change


DEFAULTS = {
    "type": "collections.defaultdict",
    "children_spec": [],
    "context": json.dumps(
        {"default_factory_module": "trapped_module", "default_factory_name": "x", "dict_context": []}
    ),
}
ENUM = {
    "type": "builtins.dict",
    "children_spec": [],
    "context": json.dumps([{"__enum__": True, "fqn": "trapped_module:Kind", "name": "x"}]),
}

HOSTILE = {
    "inputs": (added(INPUTS), CODE),
    "inputs, saved by torch": (added(INPUTS, saved_trap), CODE),
    "inputs, oldest pickle": (added(INPUTS, lambda sprung: pickle.dumps(Trap(sprung), 0)), CODE),
    "inputs under another name": (added("net/data/sample_inputs/model.PT"), CODE),
    "program in capitals": (trapped_program("net/models/model.JSON"), CODE),
    "program without suffix": (trapped_program("net/models/model"), CODE),
    "second program": (trapped_program("net/models/other.json"), CODE),
    "member outside": (added("other/models/model.json", lambda sprung: b"{}"), CODE),
    "native library": (added("net/data/aotinductor/model/m.so", lambda sprung: b"\x7fELF"), CODE),
    "weights, older pickle": (added(f"{WEIGHTS}model.pt", saved_trap), CODE),
    "pickled weight": (weight_as_pickle, CODE),
    "constant as object": (constant_as_object, CODE),
    "older archive": (older_with_trap, CODE),
    "expression": (replaced(MODEL, "Symbol('", "CODE or Symbol('"), CODE),
    "size": (size("CODE"), CODE),
    "attribute in a size": (size("Symbol('s0').func.__class__"), CODE),
    "power": (size("10**10**10"), CODE),
    "powers of powers": (size("Pow(" * 5 + "Integer(9)" + ", 8)" * 5), CODE),
    "name of an input": (replaced(MODEL, '"name": "x"', '"name": "x=CODE"'), CODE),
    "name of a node": (node(name="y = __import__('os')"), CODE),
    "names of arguments": (in_json(MODEL, forward_names), CODE),
    "name of a parameter": (in_json(MODEL, parameter), CODE),
    "file": (node(target="torch.ops.aten.from_file.default"), CODE),
    "function of torch": (node(target="torch.hub.load"), CODE),
    "attribute": (node(target="torch.ops.aten.add.__class__"), CODE),
    "system call": (node(target="torch._C._jit_clear_class_registry"), CODE),
    "resizing": (node(target="torch.ops.aten.resize_.default"), CODE),
    "operator as an argument": (argument(as_operator="torch.load"), CODE),
    "object as an argument": (argument(as_custom_obj={"name": "o", "class_fqn": "x"}), CODE),
    "import through defaults": (spec(DEFAULTS), CODE),
    "import through an enum": (spec(ENUM), CODE),
    "text as a number": (in_json(MODEL, lengths), CODE),
    "endless counter": (in_json(MODEL, counter), CODE),
    "weight beyond its bytes": (weight(sizes=ints(1 << 20, 4)), BROKEN),
    "offset beyond": (weight(storage_offset={"as_int": 1 << 30}), BROKEN),
    "negative offset": (weight(storage_offset={"as_int": -4}), BROKEN),
    "repeated without bound": (weight(sizes=ints(1 << 40, 4), strides=ints(0, 1)), BROKEN),
    "weight of another part": (weight(path_name="../../models/model.json"), BROKEN),
    "taking memory": (pickled(b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b"."), CODE),
    "cut pickle": (pickled(b"\x80\x02("), CODE),
    "deep": (added(MODEL, lambda sprung: b"[" * 100_000), BROKEN),
    "no program": (added(MODEL, lambda sprung: b"null"), BROKEN),
}


@pytest.mark.parametrize("change,said", HOSTILE.values(), ids=HOSTILE)
def test_nothing_runs_and_one_sentence_says_why(parts, tmp_path, monkeypatch, change, said):
    sprung = tmp_path / "sprung"
    (tmp_path / "trapped_module.py").write_text(f"import os\nos.mkdir({str(sprung)!r})\nx = int\n")
    monkeypatch.syspath_prepend(tmp_path)
    members = change(parts[0], str(sprung))
    assert members != parts[0]
    error = refusal(written(tmp_path / "net.pt2", members))
    assert said in error.what
    assert "\n" not in str(error)
    assert ("--trust" in error.hint) is (said == CODE)
    assert not sprung.exists() and "trapped_module" not in sys.modules


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False])
def test_of_two_directories_only_one_is_read(parts, tmp_path, first):
    """The older of two archives in one file is not looked at, whichever of them holds a trap."""
    sprung = tmp_path / "sprung"
    trapped = written(tmp_path / "trapped.pt2", added(INPUTS)(parts[0], str(sprung))).read_bytes()
    plain = written(tmp_path / "plain.pt2", parts[0]).read_bytes()
    (tmp_path / "net.pt2").write_bytes(trapped + plain if first else plain + trapped)
    if first:
        assert open_model(str(tmp_path / "net.pt2"), job=Job()).layers
    else:
        assert CODE in refusal(tmp_path / "net.pt2").what
    assert not sprung.exists()


def test_two_members_of_one_name_are_refused(parts, tmp_path):
    file = written(tmp_path / "net.pt2", parts[0])
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(MODEL, parts[0][MODEL])
    assert "two members with the same name" in refusal(file).what


@pytest.mark.slow
def test_an_archive_that_unpacks_to_many_times_its_size_is_refused(parts, tmp_path):
    file = written(tmp_path / "net.pt2", parts[0])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{WEIGHTS}weight_9", "w") as part:
        for _ in range(80):
            part.write(bytes(1 << 20))
    assert file.stat().st_size < 1 << 20
    assert "many times its size" in refusal(file).what


@pytest.mark.slow
def test_what_would_run_at_a_call_is_left_out(parts, tmp_path):
    """Guards are Python source; notes of nodes name functions."""
    sprung = tmp_path / "sprung"

    def change(program, _):
        program["guards_code"] = [code(str(sprung))]
        program["graph_module"]["graph"]["nodes"][0]["metadata"]["source_fn_stack"] = "x,torch.hub.load"

    file = written(tmp_path / "net.pt2", in_json(MODEL, change)(parts[0], ""))
    assert open_model(str(file), job=Job()).layers
    assert not sprung.exists()
