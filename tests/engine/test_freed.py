"""What is remembered of a value does not keep it in memory."""

import gc
import weakref

import numpy as np
import pytest

from tests.engine.small import network
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.compile import blocks
from workbench.formats.opening import open_model
from workbench.graph.encodings.dense import Dense
from workbench.graph.rewrite.slim import short_edit
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Dynamic


@pytest.mark.parametrize("compute", [None, Dynamic()], ids=["floats", "integers"])
def test_an_edit_with_short_sides_is_freed(compute):
    edit = Edit(Dense(np.ones((3, 4), np.float32)), np.ones(3, np.float32), compute=compute)
    assert short_edit(edit, "float16") is short_edit(edit, "float16")
    seen = weakref.ref(edit)
    del edit
    gc.collect()
    assert seen() is None


def test_a_model_of_which_a_module_was_refused_is_freed(tmp_path):
    model = open_model(str(network(tmp_path)), job=Job())
    for _ in range(2):
        with pytest.raises(UserError, match="no module 'elsewhere'"):
            blocks.span(model, "elsewhere")
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None
