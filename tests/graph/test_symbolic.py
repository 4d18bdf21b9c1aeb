"""The torch view for torch.export: where its layers and constants are, by names that an archive of ours can have."""

import numpy as np
import torch

from tests.graph.graphs import Build
from workbench.formats.pt2.program import PATH
from workbench.graph.onnx import runtime
from workbench.graph.torch.symbolic import Exportable, with_paths


def test_names_of_other_exporters_become_names_of_an_archive():
    """As TensorFlow's, torch's, and anybody's: two that become one get an underscore."""
    b = Build()
    names = ["dense/kernel:0", "dense/kernel 0", "onnx::MatMul_12", "a//b/", "块.权重", "layer::weight"]
    x = "x"
    for index, name in enumerate(names):
        x = b.node("MatMul", [x, b.weight(name, 4, 4)], f"h{index}")
    b.node("Mul", [x, b.weight("scale:0", 4)], "y")
    model = b.model({"x": ["N", 4]}, {"y": None})
    module = with_paths(Exportable(model))
    held = module.state_dict()
    assert len(held) == len(names) + 1 and all(PATH.fullmatch(name) for name in held), list(held)
    feeds = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    (made,) = runtime.run(runtime.session(model), {"x": feeds})
    found = module(torch.from_numpy(feeds))
    np.testing.assert_allclose((found[0] if isinstance(found, tuple) else found).detach(), made, rtol=1e-4, atol=1e-5)
