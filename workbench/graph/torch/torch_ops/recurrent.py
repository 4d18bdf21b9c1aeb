"""LSTM, GRU and RNN with one layer, in one direction or both."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, Unsupported, op

# The order of the gates in ONNX's stacked weights, as torch has them.
GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
COMMON = "direction hidden_size activations"


@op("LSTM", COMMON, inputs=7, outputs=3, input_forget=(0,), layout=(0,))
def _lstm(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    return _recurrent(a, x, ["Sigmoid", "Tanh", "Tanh"])


@op("GRU", f"{COMMON} linear_before_reset", inputs=6, outputs=2, layout=(0,))
def _gru(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    return _recurrent(a, x, ["Sigmoid", "Tanh"])


@op("RNN", COMMON, inputs=6, outputs=2, layout=(0,))
def _rnn(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    return _recurrent(a, x, ["Relu" if _is_relu(a) else "Tanh"])


def _is_relu(a: Attributes) -> bool:
    return a["activations"][0].lower() == "relu"


def _recurrent(a: Attributes, x: Inputs, activations: list[str]) -> tuple[Tensor, ...]:
    """Return Y [steps, directions, batch, hidden]; Y_h of the last step; and, for an LSTM, Y_c."""
    values, weights, recurrent, biases, lengths, *states = x
    steps, batch, _ = values.shape
    directions, hidden = recurrent.shape[0], recurrent.shape[2]
    named = [name.lower() for name in a.get("activations") or []][: len(activations) * directions]
    if named and named != [name.lower() for name in activations] * directions:
        raise Unsupported(Message("with {name}={value}", name="activations", value=a["activations"]))
    if lengths is not None and bool((lengths != steps).any()):
        raise Unsupported(Message("with sequences of different lengths"))
    if biases is None:
        biases = torch.zeros(directions, 2 * weights.shape[1], dtype=values.dtype, device=values.device)
    states = [
        torch.zeros(directions, batch, hidden, dtype=values.dtype, device=values.device) if state is None else state
        for state in states
    ]
    outputs, last = [], []
    for direction in range(directions):
        back = a["direction"] == "reverse" or direction == 1
        given = values.flip(0) if back else values
        made, *final = _one_way(
            a,
            given,
            weights[direction],
            recurrent[direction],
            biases[direction],
            [state[direction : direction + 1] for state in states],
        )
        outputs.append(made.flip(0) if back else made)
        last.append(final)
    return torch.stack(outputs, 1), *(torch.cat(each) for each in zip(*last, strict=True))


def _one_way(a: Attributes, x: Tensor, w: Tensor, r: Tensor, b: Tensor, states: Sequence[Tensor]) -> tuple[Any, ...]:
    """Run one direction from its first step to its last; return outputs [steps, batch, hidden] and states [1, batch,
    hidden]."""
    kind = a["op_type"]
    order = GATES[kind]
    parameters = [_ordered(part, order) for part in (w, r, *b.chunk(2))]
    if kind == "LSTM":
        return torch.lstm(x, list(states), parameters, True, 1, 0.0, False, False, False)
    if kind == "GRU" and not a["linear_before_reset"]:
        return _gru_steps(x, states[0][0], *parameters)
    run = torch.gru if kind == "GRU" else torch.rnn_relu if _is_relu(a) else torch.rnn_tanh
    return run(x, states[0], parameters, True, 1, 0.0, False, False, False)


def _ordered(stacked: Tensor, order: Sequence[int]) -> Tensor:
    parts = stacked.chunk(len(order))
    return torch.cat([parts[index] for index in order])


def _gru_steps(
    x: Tensor, state: Tensor, w: Tensor, r: Tensor, input_bias: Tensor, state_bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Run a GRU whose reset gate acts on the state before it is multiplied, which torch does not support."""
    outputs, (bias_r, bias_z, bias_n) = [], (input_bias + state_bias).chunk(3)
    reset, update, new = r.chunk(3)
    for given in x @ w.T:
        to_reset, to_update, to_new = given.chunk(3, -1)
        opened = torch.sigmoid(to_reset + state @ reset.T + bias_r)
        kept = torch.sigmoid(to_update + state @ update.T + bias_z)
        candidate = torch.tanh(to_new + (opened * state) @ new.T + bias_n)
        state = (1 - kept) * candidate + kept * state
        outputs.append(state)
    return torch.stack(outputs), state[None]
