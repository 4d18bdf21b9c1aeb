"""Text from two models side by side: greedy, and marked where they part."""

import json

import numpy as np
import onnx
import pytest

from workbench.core.analysis.generation import Generation, Said, Wanted
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.engine.analysis.generation import generate
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
