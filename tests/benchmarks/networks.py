"""Networks of the size that people compress, with seeded weights: nothing is downloaded.

`resnet18` has the shapes of He et al. 2016 (Deep Residual Learning, table 1): 11.7 M parameters, 1.8 G MACs at 224 px.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

SIZE = 224


class Block(nn.Module):
    """Two 3x3 convolutions and a way around them (He et al. 2016, figure 5 left)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        widths = (64, 64, 128, 256, 512)
        for stage in range(1, 5):
            first = Block(widths[stage - 1], widths[stage], 1 if stage == 1 else 2)
            setattr(self, f"layer{stage}", nn.Sequential(first, Block(widths[stage], widths[stage], 1)))
        self.fc = nn.Linear(512, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def resnet18(seed: int = 0) -> ResNet18:
    """Seeded weights with spectra as trained ones have (a few strong directions), norms that fit the activations, and
    a head that spreads the images over the classes."""
    torch.manual_seed(seed)
    model = ResNet18()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            with torch.no_grad():
                u, s, v = torch.linalg.svd(module.weight.flatten(1), full_matrices=False)
                s *= torch.linspace(1, 0, len(s)).exp() ** 2
                module.weight.copy_((u * s @ v).reshape(module.weight.shape))
    sample = torch.from_numpy(images(32, seed + 1))
    with torch.no_grad():
        model.train()
        for norm in (module for module in model.modules() if isinstance(module, nn.BatchNorm2d)):
            norm.momentum = None  # the plain average over what passes
        model(sample)
        model.eval()
        # The features of seeded images are nearly alike: without this nearly all would fall into one class.
        features: list[torch.Tensor] = []
        hook = model.fc.register_forward_pre_hook(lambda module, given: features.append(given[0]))
        model(sample)
        hook.remove()
        mean, std = features[0].mean(0), features[0].std(0) + 1e-3
        model.fc.weight.copy_(torch.randn(model.fc.weight.shape) / std / 512**0.5)
        model.fc.bias.copy_(-model.fc.weight @ mean)
    return model


def images(count: int, seed: int, size: tuple[int, int] = (SIZE, SIZE)) -> np.ndarray:
    """[count, 3, *size] float32: seeded smooth fields at several scales, as pictures have."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(count, 3, *size)
    for cells in (4, 14, 56):
        field = torch.randn(count, 3, cells, cells, generator=generator)
        total += nn.functional.interpolate(field, size, mode="bilinear", align_corners=False)
    return (total / total.std()).numpy()


def export_resnet18(path: Path) -> Path:
    """The network as ONNX with a free batch dimension; made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        batch = torch.export.Dim("batch", min=1, max=4096)
        torch.onnx.export(
            resnet18(),
            (torch.from_numpy(images(2, 0)),),
            str(path),
            input_names=["x"],
            output_names=["logits"],
            dynamic_shapes=({0: batch},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    return path
