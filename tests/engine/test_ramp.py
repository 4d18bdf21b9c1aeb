"""Gradual pruning ranks weights as the recipe's step does."""

import numpy as np
import pytest
import torch

from tests.engine.test_train import recipe
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage
from workbench.engine.students.ramp import Ramp, Ranked
from workbench.engine.training.recover import recovered
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.learning import Floats


def floats(*values):
    return Floats(np.array(values, np.float32), Dense)


def learn(ranked, gradients, times=3):
    for _ in range(times):
        for tensor, gradient in zip(ranked.tensors, gradients, strict=True):
            tensor.values.grad = torch.tensor(gradient)
        ranked.follow()


def test_weights_that_the_loss_does_not_feel_go_first_across_layers():
    """A large weight behind an input that is always zero, and a layer whose weights are small but felt."""
    ranked = Ranked.of(((floats(3.0, 2.0, 1.0, 0.5), 3), (floats(0.1, 0.1), 0)), by_loss=True)
    learn(ranked, ([0.0, 0.01, 0.1, 0.1], [2.0, 0.3]))
    ranked.prune(3)  # w²g²: 0, 4e-4, 0.01, 0.0025 and 0.04, 9e-4
    assert [tensor.mask.tolist() for tensor in ranked.tensors] == [[False, False, True, True], [True, False]]
    learn(ranked, ([9.0, 9.0, 0.0, 0.0], [0.0, 9.0]), times=1)
    ranked.prune(4)
    assert [tensor.mask.tolist() for tensor in ranked.tensors] == [[False, False, True, False], [True, False]]


def test_magnitudes_rank_where_the_step_or_no_gradient_says_otherwise():
    for by_loss in (False, True):
        ranked = Ranked.of(((floats(3.0, -0.1, 1.0, 0.0), 2),), by_loss)
        ranked.prune(2)
        assert ranked.tensors[0].mask.tolist() == [True, False, True, False]


def ramps(monkeypatch, workspace, method, **params):
    """The ramp of a short training, and the zeros of each layer of its result."""
    made = []
    create = Ramp.of
    monkeypatch.setattr(Ramp, "of", staticmethod(lambda *given: made.append(create(*given)) or made[-1]))
    stage = Stage("finetune", {"epochs": 2, "batch": 32, "rate": 0.01, "sparsify": "cubic"})
    result = recovered(workspace, recipe(Action(method, {"sparsity": 0.6, **params}), stages=(stage,)), Job())
    return made[-1], [int((edit.weight == 0).sum()) for edit in result.compiled.edits.values()]


@pytest.mark.slow
def test_fisher_shares_the_zeros_among_the_layers_by_gradients_of_the_training(workspace, monkeypatch):
    ramp, zeros = ramps(monkeypatch, workspace, "prune.fisher", scope="global")
    (ranked,) = ramp.ranked
    assert len(ranked.tensors) == len(zeros) > 1 and sum(zeros) == ranked.zeros == round(0.6 * ranked.size)
    counts = [int((~tensor.mask).sum()) for tensor in ranked.tensors]
    assert counts == zeros and all(square.max() > 1e-6 for square in ramp.squares)
    ramp, zeros = ramps(monkeypatch, workspace, "prune.fisher", scope="layer")
    assert [each.zeros for each in ramp.ranked] == zeros == [round(0.6 * each.size) for each in ramp.ranked]
    ramp, _ = ramps(monkeypatch, workspace, "prune.magnitude", scope="global")
    assert len(ramp.ranked) > 1 and not ramp.squares


def test_a_checkpoint_has_what_was_seen_of_gradients():
    first, second = (Ramp("cubic", [Ranked.of(((floats(1.0, 2.0), 1),), True)]) for _ in range(2))
    learn(first.ranked[0], ([0.5, 0.25],))
    second.resume(7, [square.clone() for square in first.squares])
    assert second.event == 7 and torch.equal(second.squares[0], first.squares[0]) and not second.done
