"""Text from two models side by side: greedy, and marked where they part."""

import json

import numpy as np
import onnx
import pytest

from workbench.core.analysis.generation import Generation, Said, Wanted
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.engine.analysis import generation
from workbench.engine.analysis.generation import generate
from workbench.engine.base.evaluate import runner
from workbench.engine.workspace import Workspace

WORDS = ["a", "b", "c", "d", "</s>"]
NET = """
<ir_version: 8, opset_import: ["" : 17]>
net (int64[batch, length] input_ids, int64[batch, length] attention_mask) => (float[batch, length, 5] logits)
{ logits = Gather (table, input_ids) }
"""


def language(folder):
    """Path of a model: each word is followed by the next one, "d" by the end; a little weight says so, which few bits
    do not keep."""
    table = 0.01 * np.eye(5, k=1, dtype=np.float32)
    table[1] = [0, 0, 0.055, 0.05, -1]  # b: c, by little
    proto = onnx.parser.parse_model(NET)
    proto.graph.initializer.append(onnx.numpy_helper.from_array(table, "table"))
    onnx.save(proto, folder / "net.onnx")
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {
                "id": 4,
                "content": "</s>",
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
        ],
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": {word: index for index, word in enumerate(WORDS)}, "unk_token": "a"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return str(folder / "net.onnx")


@pytest.fixture
def workspace(tmp_path):
    pytest.importorskip("tokenizers")
    return Workspace.open(language(tmp_path), Job())


CACHED = """
<ir_version: 8, opset_import: ["" : 17]>
net (int64[batch, length] input_ids, int64[batch, total] attention_mask,
float[batch, 1, past_length, 5] past_key_values.0.key)
=> (float[batch, length, 5] logits, float[batch, 1, both, 5] present.0.key)
<int64[1] one = {1}, int64[1] two = {2}, int64[1] end = {9223372036854775807}, int32 along = {2}>
{
  x = Gather (table, input_ids)
  rows = Unsqueeze (x, one)
  present.0.key = Concat <axis = 2> (past_key_values.0.key, rows)
  sums = CumSum (present.0.key, along)
  shape = Shape (past_key_values.0.key)
  known = Gather (shape, two)
  new = Slice (sums, known, end, two)
  flat = Squeeze (new, one)
  logits = MatMul (flat, head)
}
"""


@pytest.fixture
def cached(workspace, tmp_path):
    """Scores depend on all tokens before; keys are kept in a cache, which a wrong model fills with what it reads
    alone."""

    def make(right: bool) -> Workspace:
        text = CACHED.replace("past_key_values.0.key", "past").replace("present.0.key", "present")
        proto = onnx.parser.parse_model(text if right else text.replace("present = Concat", "joined = Concat"))
        if not right:
            proto.graph.node.add(op_type="Identity", input=["rows"], output=["present"])
            next(node for node in proto.graph.node if node.op_type == "CumSum").input[0] = "joined"
        names = {"past": "past_key_values.0.key", "present": "present.0.key"}
        for each in (*proto.graph.input, *proto.graph.output):
            each.name = names.get(each.name, each.name)
        for node in proto.graph.node:
            for values in (node.input, node.output):
                values[:] = [names.get(name, name) for name in values]
        rng = np.random.default_rng(3)
        for name in ("table", "head"):
            values = rng.random((5, 5), np.float32)
            values[:, 4] -= 9 * (name == "head")  # no end
            proto.graph.initializer.append(onnx.numpy_helper.from_array(values, name))
        onnx.save(proto, tmp_path / "cached.onnx")
        return Workspace.open(str(tmp_path / "cached.onnx"), Job())

    return make


@pytest.mark.parametrize("right", [True, False])
def test_each_token_is_read_once_where_caches_work(cached, right, monkeypatch):
    lengths = []

    def counting(session):
        run = runner(session)
        return lambda feeds: lengths.append(feeds["input_ids"].shape[1]) or run(feeds)

    monkeypatch.setattr(generation, "runner", counting)
    found = last(cached(right), Recipe(), Wanted("a b c", 8))
    with_cache = list(lengths)
    lengths.clear()
    monkeypatch.setattr(generation, "filled_by", lambda name, outputs: None)
    assert last(cached(right), Recipe(), Wanted("a b c", 8)).tokens == found.tokens
    assert lengths == list(range(3, 11))
    assert with_cache == ([3, 1, 4, *[1] * 6] if right else [3, 1, *range(4, 11)]), "the second token is read twice"


def last(workspace: Workspace, recipe: Recipe, wanted: Wanted) -> Generation:
    return list(generate(workspace, recipe, wanted, Job()))[-1]


def test_the_original_ends_by_itself_and_another_model_parts_where_its_scores_do(workspace):
    found = last(workspace, Recipe(), Wanted("a", 20))
    assert found.original.text == found.compressed.text == " b c d </s>" and found.ended and found.parts_at is None
    recipe = parse_recipe("version: 1\nlayers: {'*': [{quantize.affine: {bits: 2, granularity: tensor}}]}", "here")
    found = last(workspace, recipe, Wanted("b", 1))
    assert found.original.pieces == (" c",) and found.compressed.pieces != (" c",) and found.parts_at == 0


def test_what_cannot_be_generated_is_refused(workspace):
    with pytest.raises(UserError, match="0 tokens"):
        last(workspace, Recipe(), Wanted("", 3))


@pytest.mark.parametrize(
    ("first", "second", "ended", "at"),
    [((1, 2), (1, 2), False, None), ((1, 2), (1, 3), False, 1), ((1,), (1, 2), False, None), ((1,), (1, 2), True, 1)],
)
def test_they_part_at_the_first_token_that_differs(first, second, ended, at):
    assert Generation("p", Said(), Said(), (first, second), ended).parts_at == at
