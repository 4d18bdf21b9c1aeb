"""The torch view gives what ONNX Runtime gives on trained models of packages (packaging/models.txt)."""

import numpy as np
import pytest
import torch

from tests.benchmarks import models
from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.torch.torch_proof import proved_view

RNG = np.random.default_rng(0)


def pictures(size):
    """What faces are looked for in: pixels from -1 to 1."""
    return lambda: RNG.uniform(-1, 1, (2, 3, size, size)).astype(np.float32)


NETWORKS = {
    "efficientnet_lite0": (lambda: models.efficientnet().model, lambda: models.crops(2, "right")),
    "ppocr_cls": (lambda: models.text_direction().model, lambda: models.lines(2, 0)["x"]),
    "pnet": (lambda: models.opened_network("pnet"), pictures(24)),
    "rnet": (lambda: models.opened_network("rnet"), pictures(24)),
    "onet": (lambda: models.opened_network("onet"), pictures(48)),
    "crepe": (lambda: models.opened_network("crepe"), lambda: RNG.normal(size=(2, 1024)).astype(np.float32)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_the_view_answers_as_the_runtime(name):
    file, samples = NETWORKS[name]
    try:
        model = open_model(str(file()), job=Job())
        x = samples()
    except models.Absent as absent:
        pytest.skip(str(absent))
    expected = runtime.session(model).run(None, {model.inputs[0].name: x})
    with torch.no_grad():
        found = proved_view(model, {model.inputs[0].name: x}).eval()(torch.from_numpy(x))
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, atol=1e-4 * max(1.0, float(np.abs(theirs).max())))
