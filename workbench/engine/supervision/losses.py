"""Training losses: distance to labels, to a teacher's outputs and features, and to the starting weights."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from workbench.data.metrics.metric import LEFT_OUT

IGNORED = -100  # what functional.cross_entropy leaves out; negative token labels are padding


def logits(outputs: Tensor) -> Tensor:
    """Return class scores whose softmax the outputs are; outputs that are not probabilities are scores already."""
    return outputs.clamp_min(1e-12).log() if are_probabilities(outputs) else outputs


def are_probabilities(outputs: Tensor) -> bool:
    """Return whether a model ends in a softmax: nothing negative, and the last axis sums to one."""
    with torch.no_grad():
        if outputs.dim() < 2 or bool((outputs < 0).any()):
            return False
        return bool(((outputs.sum(-1) - 1).abs() < 1e-3).all())


def hard(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy to class numbers [n] or tokens [n, tokens]; the mean squared error to other targets."""
    if labels.dtype != torch.int64 or outputs.dim() < 2 or outputs.numel() == labels.numel():
        return functional.mse_loss(outputs, labels.float().reshape(outputs.shape))
    flat = logits(outputs).reshape(-1, outputs.shape[-1])
    target = labels.reshape(-1)
    return functional.cross_entropy(flat, torch.where(target < 0, IGNORED, target))


def by_pixel(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of scores [n, classes, ...] to class numbers [n, ...]; negative ones and 255 are
    ignored."""
    unknown = (labels == LEFT_OUT) & (outputs.shape[1] <= LEFT_OUT)
    return hard(outputs.movedim(1, -1), torch.where(unknown, IGNORED, labels))


def by_side(outputs: Tensor, labels: Tensor, at: float) -> Tensor:
    """Return the binary cross-entropy to labels 0 and 1 (or -1 and 1): of probabilities if the threshold is 0.5, else
    of scores."""
    target = (labels > 0).float().reshape(outputs.shape)
    if at:
        return functional.binary_cross_entropy(outputs.clamp(0, 1), target)
    return functional.binary_cross_entropy_with_logits(outputs, target)


def soft(outputs: Tensor, answers: Sequence[Tensor], temperature: float, classes: bool) -> Tensor:
    """Return T² KL(teacher ‖ student) at this temperature, with several teachers averaged as probabilities.

    Hinton et al. 2015, section 2. For outputs other than class scores: mean squared error to the teachers' mean.
    """
    if not classes:
        return functional.mse_loss(outputs, torch.stack(list(answers)).mean(0))
    teacher = torch.stack([torch.softmax(logits(answer) / temperature, -1) for answer in answers]).mean(0)
    student = torch.log_softmax(logits(outputs) / temperature, -1)
    rows = student.numel() / student.shape[-1]
    return functional.kl_div(student, teacher, reduction="sum") / rows * temperature**2


def together(answers: Sequence[Tensor], classes: bool) -> Tensor:
    """Return the combined output of several teachers: the mean of their probabilities, or of their outputs; for one,
    its output."""
    if len(answers) == 1:
        return answers[0]
    return torch.stack([torch.softmax(logits(each), -1) if classes else each for each in answers]).mean(0)


def anchor(
    weights: Mapping[str, Tensor], start: Mapping[str, Tensor], importance: Mapping[str, Tensor], strength: float
) -> Tensor:
    """Return β/2 Σ F (w − w₀)²: without importance F, L2-SP (Li et al. 2018, ICML), with it, EWC (Kirkpatrick et al.
    2017)."""
    total = torch.zeros(())
    for path, weight in weights.items():
        square = (weight - start[path]).square()
        total = total + (square * importance[path] if path in importance else square).sum()
    return strength / 2 * total


def attention(features: Tensor) -> Tensor:
    """Return the attention map: the sum of squares over channels, as a unit vector per sample.

    Zagoruyko and Komodakis 2017, Paying more attention to attention, ICLR, equation 2 with p = 2.
    """
    return functional.normalize(features.square().mean(1).flatten(1), dim=1)
