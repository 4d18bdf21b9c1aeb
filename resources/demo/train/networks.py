"""The two demo networks: a small residual CNN and a small vision transformer for 28x28 grey images.

Both take raw pixel values 0..255 and normalise inside, so that data files can stay uint8. Every weighted operator is a
direct child with a telling name (`stem`, `blocks.2.conv1`, `blocks.0.attention.q`, `head`): the workbench shows these
paths, and recipes match them.

- Residual blocks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016.
- Batch normalisation: Ioffe, Szegedy, "Batch Normalization", ICML 2015.
- Depthwise-separable convolution: Howard et al., "MobileNets", arXiv:1704.04861, 2017.
- Vision transformer: Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021; attention from Vaswani et al.,
  "Attention Is All You Need", NeurIPS 2017; mean pooling in place of a class token from Beyer, Zhai, Kolesnikov,
  "Better plain ViT baselines for ImageNet-1k", arXiv:2205.01580, 2022.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

CLASSES = 10
PIXEL_MEAN, PIXEL_STD = 72.94, 90.02  # of the 60,000 training images, on the 0..255 scale


class Normalise(nn.Module):
    """Raw pixels to zero mean and unit deviation."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(PIXEL_MEAN))
        self.register_buffer("std", torch.tensor(PIXEL_STD))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


def conv3x3(inputs: int, outputs: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """A 3x3 convolution without bias: a batch normalisation follows it."""
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, groups=groups, bias=False)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = conv3x3(channels, channels), nn.BatchNorm2d(channels)
        self.conv2, self.norm2 = conv3x3(channels, channels), nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + x)


class DownBlock(nn.Module):
    """A residual block that halves the image and changes the channels; its shortcut is a 1x1 convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = conv3x3(inputs, outputs, stride=2), nn.BatchNorm2d(outputs)
        self.conv2, self.norm2 = conv3x3(outputs, outputs), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)
        self.shortcut_norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut_norm(self.shortcut(x)))


class SingleBlock(nn.Module):
    """One 3x3 convolution around an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv, self.norm = conv3x3(channels, channels), nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(x)) + x)


class SeparableBlock(nn.Module):
    """A depthwise 3x3 and a pointwise 1x1 convolution around an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise, self.norm1 = conv3x3(channels, channels, groups=channels), nn.BatchNorm2d(channels)
        self.pointwise, self.norm2 = nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.depthwise(x)))
        return torch.relu(self.norm2(self.pointwise(y)) + x)


class FashionCnn(nn.Module):
    """Stem, six blocks on 14x14, 7x7 and 4x4 pixels, global mean, linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.stem, self.stem_norm = nn.Conv2d(1, 32, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(32)
        self.blocks = nn.Sequential(
            ResidualBlock(32),
            DownBlock(32, 64),
            ResidualBlock(64),
            SingleBlock(64),
            DownBlock(64, 160),
            SeparableBlock(160),
        )
        self.head = nn.Linear(160, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem_norm(self.stem(self.normalise(x))))
        return self.head(self.blocks(x).mean(dim=(2, 3)))


class Attention(nn.Module):
    """Multi-head self-attention; the four projections are separate linear layers."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for layer in (self.q, self.k, self.v))
        weights = torch.softmax(q @ k.transpose(2, 3) * self.scale, dim=-1)
        return self.proj((weights @ v).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Two linear layers with a GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    """Pre-norm attention and MLP, each around an identity."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm2, self.mlp = nn.LayerNorm(width), Mlp(width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class FashionVit(nn.Module):
    """25 overlapping patches of 8x8 pixels, learnt positions, four blocks, mean over the patches, linear head."""

    def __init__(self, width: int = 96, heads: int = 4, hidden: int = 192, depth: int = 4) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.patch = nn.Conv2d(1, width, 8, stride=5)
        self.position = nn.Parameter(torch.zeros(1, 25, width))
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads, hidden) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)
        nn.init.trunc_normal_(self.position, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(self.normalise(x)).flatten(2).transpose(1, 2) + self.position
        return self.head(self.norm(self.blocks(x)).mean(dim=1))


NETWORKS: dict[str, type[nn.Module]] = {"cnn": FashionCnn, "vit": FashionVit}
