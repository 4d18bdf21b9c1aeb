"""What the engine says is made of templates, each of which the catalogues have; nothing stays English by oversight."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests import rewording, translations
from tests.translations import MESSAGES, ROOT, SAYING, called, leaves, messages
from workbench.core.base.message import places

MODULES = {
    path.relative_to(ROOT / "workbench"): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "workbench").rglob("*.py"))
}
ENGINE = {path: tree for path, tree in MODULES.items() if path.parts[0] in SAYING and path.parts[0] != "ui"}
# Two words of which the second is not the name of something; of an f-string a place counts as a word.
PROSE = re.compile(r"(\{\}|[A-Za-z]{2,})[,:;]? [a-z]{2,}")
# What takes texts that are not shown, or shown to those who write code; or that the catalogues have by other ways.
TAKES_TEXT = {
    *MESSAGES,
    *("Help", "Unit", "tr", "Effect", "Encodes", "Ranking"),
    *("TypeError", "KeyError", "ValueError", "AssertionError", "AttributeError", "FileNotFoundError"),
    *("debug", "info", "warning", "exception", "compile", "op"),
}
DECLARED = {"title", "summary", "formula", "citation"}  # of methods, which `engine_texts` reads off them
CODE = {
    "formats/exporting/failure.py": "patterns of the texts of torch",
    "core/session/script.py": "a Python script",
    "graph/storage/decoders.py": "ONNX's text format",
    "graph/layouts/packing.py": "ONNX's text format",
    "graph/layouts/mask.py": "ONNX's text format",
    "graph/layouts/gaps.py": "ONNX's text format",
    "graph/layouts/positions.py": "ONNX's text format",
    "graph/layouts/plain.py": "ONNX's text format",
    "graph/layouts/shaped.py": "ONNX's text format",
    "graph/layouts/codes.py": "ONNX's text format",
    "graph/layouts/code_decoder.py": "ONNX's text format",
    "graph/layouts/class_decoder.py": "ONNX's text format",
    "graph/layouts/pool_decoder.py": "ONNX's text format",
    "graph/onnx/refusals.py": "the runtime's own words",
}
NOT_SAID = {  # by file, what is a key, or a part of a key
    "core/analysis/plan.py": {"8 bit, activations too", "half the channels", "held out", "by rule"},
    # What a notebook or a script prints is English, as the library is.
    "core/analysis/measured.py": {"{} samples", "{}: {}, measured on {} (95 % interval: {} to {})"},
    "core/analysis/report.py": {
        "by rule",
        "{}; size of the written file",
        "verified in the exported file",
        "measured, not verified",
    },
    "core/analysis/profile.py": {"measured in a fresh process"},
    "core/base/plain.py": {"{}… ({} digits)"},
    "core/base/quantities.py": {"{} min {} s", "{} h {} min"},
    "core/layer_data/views.py": {"output error"},
    "core/recipe/encodes.py": {"2 if bits <= 2 else 4 if bits <= 4 else 8"},
    "engine/bench/profile.py": {"by rule", "RAPL, the counter of the processor"},
    "engine/preview/predict.py": {"output error"},
    "engine/search/options.py": {"search options", "{} channels"},
    "engine/search/plan.py": {"layer by layer"},
    "engine/search/stacks.py": {"3/4 of the channels, 8 bit", "3/4 of the channels, 4 bit", "half the channels"},
    "engine/search/trials.py": {"search trials"},
    "engine/search/recipes.py": {"whole recipes", "{} size {}"},
    "engine/search/tasks.py": {"search trial", "outputs of the original"},
    "engine/workspace.py": {"edit view", "graph view"},
    "formats/torch_export.py": {"the exporter returned nothing"},
    "graph/encodings/affine.py": {"z = Cast <to: int = 1> (zero)", "present = Cast <to: int = 9> (r)"},
    "graph/encodings/codebook.py": {"i = Cast <to: int = 6> (x)"},
    "graph/encodings/encoding.py": {"{} has neither project nor a trainable form"},
    "graph/encodings/kind.py": {
        "x = Cast <to: int = 1> (q)",
        "v = Cast <to: int = 1> (q)",
        "i = Cast <to: int = 6> (q)",
    },
    "graph/onnx/aside.py": {"map type"},
    "graph/onnx/runtime.py": {"Available memory of"},
    "graph/onnx/saving.py": {"The model"},
    "graph/onnx/shapes.py": {"sizes of one sample"},
    "graph/torch/torch_ops/recurrent.py": {"direction hidden_size activations"},
    "graph/torch/torch_ops/windows.py": {"kernel_shape strides pads dilations auto_pad"},
    "methods/base/effects.py": {
        "1 << (min(bits, 7) if reduced_range else bits)",
        "{count} of {total} weights become zero.",  # of an Effect, which is said
    },
    "methods/lowrank/cp.py": {"rank if rank != None else max(1, int(ratio * (weights - 1) / axes))"},
    "methods/quantize/blockwise.py": {
        "min(int(block), 128 if columns > 127 else 64 if columns > 63 else 32 if columns > 31 else 16)"
    },
    "methods/prune/saliency.py": {"Rank weights within the layer, or across all layers with this step."},
}


@pytest.mark.slow
def test_every_kind_of_user_error_is_collected():
    kinds = {
        node.name
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and {getattr(base, "id", "") for base in node.bases} & {*MESSAGES}
    }
    assert kinds - {"Joined"} == MESSAGES.keys() - {"Message", "UserError"}


@pytest.mark.slow
def test_every_place_has_an_argument_and_every_argument_a_place():
    wrong = [
        f"{path}:{call.lineno}: {told}"
        for path, tree in MODULES.items()
        for call, told in mistaken(tree)
        if path.name != "errors.py"
    ]
    assert not wrong, "\n".join(wrong)


def mistaken(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    calls: dict[ast.Call, list[ast.expr]] = {}
    for call, argument in messages(tree):
        calls.setdefault(call, []).extend(leaves(argument))
    for call, texts in calls.items():
        given = {keyword.arg for keyword in call.keywords} - {"one"}
        if None in given or not all(isinstance(text, ast.Constant) for text in texts):
            continue  # what a name or another call stands for is looked at there
        wanted = places(*(text.value for text in texts)) if given else frozenset()
        if wanted != given:
            yield call, f"places {sorted(wanted)}, arguments {sorted(given)}"


@pytest.mark.slow
def test_prose_of_the_engine_is_a_message():
    wrong = [
        f"workbench/{path}:{line}: {text}"
        for path, tree in ENGINE.items()
        if path.as_posix() not in CODE
        for line, text in prose(tree)
        if text not in NOT_SAID.get(path.as_posix(), ())
    ]
    assert not wrong, "make these a Message, or list them in NOT_SAID:\n" + "\n".join(wrong)


@pytest.mark.slow
def test_progress_is_a_message():
    """One word is no prose, and stays English all the same."""
    wrong = [f"workbench/{path}:{line}" for path, tree in ENGINE.items() for line in plain_progress(tree)]
    assert not wrong, "make these a Message:\n" + "\n".join(wrong)


def plain_progress(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("each", "report")
        and any(isinstance(text, ast.Constant) and isinstance(text.value, str) for text in node.args)
    ]


def prose(tree: ast.AST) -> list[tuple[int, str]]:
    return [(line, text) for line, text in texts_in(tree, not_shown(tree)) if PROSE.search(text)]


def not_shown(tree: ast.AST) -> set[ast.AST]:
    """Docstrings, types, texts that are declared, and what is given to a call that takes texts."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                found.add(node)
            case ast.Call() if called(node) in TAKES_TEXT:
                found.add(node)
            case ast.AnnAssign() | ast.arg():
                found.add(node.annotation)
            case ast.FunctionDef():
                found.add(node.returns)
            case ast.Assign(targets=[ast.Name(id=name)]) if name in DECLARED or name == "_WORDS":
                found.add(node)
            case ast.JoinedStr():
                found.update(part for part in node.values if isinstance(part, ast.Constant))
    return found


def texts_in(node: ast.AST, without: set[ast.AST]) -> Iterator[tuple[int, str]]:
    if node in without:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    for part in ast.iter_child_nodes(node):
        yield from texts_in(part, without)


def test_the_rails_see_what_they_are_for():
    assert prose(ast.parse('note = f"rank {rank} is large"')) == [(1, "rank {} is large")]
    assert not prose(ast.parse('"""A text of two words."""\nkey = "top-1"\nMessage("the layer grows")'))
    assert [told for _, told in mistaken(ast.parse('Message("{a} and {b:.1f}", a=1)'))] == [
        "places ['a', 'b'], arguments ['a']"
    ]
    assert not list(mistaken(ast.parse('UserError("{a}", "Write {b: 1}.", hint) or UserError("{a}", "{b}", a=1, b=2)')))
    assert plain_progress(ast.parse("job.each(x, 'measuring')\njob.report(Message('measuring'), 0.5)")) == [1]


@pytest.fixture
def checkout(tmp_path):
    """A little of everything that says something."""
    for folder in ("workbench", "tests", "resources/translations", "resources/docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "workbench" / "a.py").write_text(
        'word = "grows"\nraise UserError("{path} is\\n"\n  "empty \\"now\\".", "Copy it.", path=path)\n'
        'note = Message("grows") if 数 else Message("the layer grows by {n}", n=2)\n',
        encoding="utf-8",
    )
    (tmp_path / "tests" / "test_a.py").write_text('assert told == "Copy it."\nassert "the layer grows by 2" in told\n')
    (tmp_path / "resources" / "page.j2").write_text('{{ tr("Copy it.") }}')
    texts = {
        '{path} is\nempty "now".': "{path} 是空的。",
        "Copy it.": "请复制。",
        "the layer grows by {n}": "该层变大 {n}",
    }
    catalogue = tmp_path / "resources" / "translations" / "workbench_zh_CN.ts"
    translations.write(catalogue, dict.fromkeys((*texts, "grows"), "workbench/a.py"), texts)
    return tmp_path


def test_a_text_is_reworded_everywhere_and_keeps_its_translation(checkout, capsys):
    pairs = {
        '{path} is\nempty "now".': "There is nothing in {path}, " + "and it is long " * 10 + "indeed.",
        "Copy it.": "Export it again.",
        "grows": "gets larger",
    }
    (checkout / "pairs.json").write_text(json.dumps(pairs))
    assert rewording.rename([str(checkout / "pairs.json")], checkout) == 0
    code = (checkout / "workbench" / "a.py").read_text(encoding="utf-8")
    said = {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}
    assert {*pairs.values(), "grows", "the layer grows by {n}"} <= said, "a word that is a key stays one"
    assert max(map(len, code.splitlines())) <= 120
    assert "Export it again." in (checkout / "resources" / "page.j2").read_text()
    assert "Export it again." in (checkout / "tests" / "test_a.py").read_text()
    known = translations.read(checkout / "resources" / "translations" / "workbench_zh_CN.ts")
    assert known["Export it again."] == "请复制。" and known[pairs['{path} is\nempty "now".']] == "{path} 是空的。"
    assert not known.keys() & pairs.keys()
    assert "3 texts reworded in 5 places of 3 files" in capsys.readouterr().out


def test_tests_that_quote_a_reworded_text_are_named(checkout, capsys):
    assert rewording.rename(["the layer grows by {n}", "{n} larger"], checkout) == 0
    assert 'still quoted: tests/test_a.py:2: assert "the layer grows by 2" in told' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "told"),
    [(["no such text", "any"], "no such text"), (["Copy it.", "Copy {file}."], "no argument for {file}")],
)
def test_nothing_is_touched_where_a_rewording_cannot_be(checkout, capsys, given, told):
    before = {path: path.read_bytes() for path in checkout.rglob("*.*")}
    assert rewording.rename(given, checkout) == 1
    assert told in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in checkout.rglob("*.*")}


def test_pairs_are_read_from_lines_too(tmp_path):
    (tmp_path / "pairs.tsv").write_text("Copy it.\tExport it.\n\nold\tnew\n", encoding="utf-8")
    assert rewording.read_pairs(tmp_path / "pairs.tsv") == {"Copy it.": "Export it.", "old": "new"}
