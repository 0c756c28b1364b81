"""Residual networks (He et al. 2015, arXiv 1512.03385), with torchvision's names.

`depth` 18 and 34 have basic blocks and 50, 101 and 152 bottlenecks, with projections (option B)
where the shape changes and, as in torchvision, the stride of a bottleneck on its 3x3 convolution.
Any other depth is 6n+2 of section 4.2: three stages of 16, 32 and 64, shortcuts that drop every
second pixel and add zero channels after the others (option A). `stem`: "small", 3x3; or "large",
7x7 at stride 2 and 3x3 maxima at stride 2.
"""
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, conv, mean_pixel

_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3),
           152: (3, 8, 36, 3)}


class ZeroPadding(nn.Module):
    """A shortcut without parameters, to fewer pixels and more channels (option A)."""

    def __init__(self, more_channels, stride):
        super().__init__()
        self.more_channels = more_channels
        self.stride = stride

    def forward(self, x):
        return F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.more_channels))


class Block(nn.Module):
    """Convolutions around a shortcut, each given as (outputs, kernel, stride)."""

    def __init__(self, inputs, convolutions, projection):
        super().__init__()
        channels, total_stride = inputs, 1
        self.units = []
        for number, (outputs, kernel, stride) in enumerate(convolutions, 1):
            self.add_module(f"conv{number}", conv(channels, outputs, kernel, stride))
            self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))
            self.units.append((f"conv{number}", f"bn{number}"))
            channels, total_stride = outputs, total_stride * stride
        self.downsample = None
        if total_stride > 1 or channels != inputs:
            self.downsample = ZeroPadding(channels - inputs, total_stride)
            if projection:
                self.downsample = nn.Sequential(conv(inputs, channels, 1, total_stride),
                                                nn.BatchNorm2d(channels))

    def forward(self, x):
        out = x
        for number, (convolution, norm) in enumerate(self.units):
            if number:
                out = F.relu(out, inplace=True)
            out = getattr(self, norm)(getattr(self, convolution)(out))
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class ResNet(Classifier):
    def __init__(self, depth, stem, channels, classes):
        super().__init__()
        cifar = depth not in _BLOCKS
        if cifar and (depth < 8 or (depth - 2) % 6):
            raise ValueError(f"resnet has no depth {depth}")
        blocks = [(depth - 2) // 6] * 3 if cifar else _BLOCKS[depth]
        inputs = width = 16 if cifar else 64
        self.pool = stem == "large"
        self.conv1 = conv(channels, width, 7, 2) if self.pool else conv(channels, width, 3)
        self.bn1 = nn.BatchNorm2d(width)
        self.stages = []
        for number, count in enumerate(blocks, 1):
            stage = []
            for block in range(count):
                stride = 2 if block == 0 and number > 1 else 1
                if depth in (50, 101, 152):
                    shape = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]
                else:
                    shape = [(width, 3, stride), (width, 3, 1)]
                stage.append(Block(inputs, shape, projection=not cifar))
                inputs = shape[-1][0]
            self.stages.append(f"layer{number}")
            self.add_module(self.stages[-1], nn.Sequential(*stage))
            width *= 2
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        if self.pool:
            x = F.max_pool2d(x, 3, 2, padding=1)
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(mean_pixel(x))


def build(parameters, input_shape, classes):
    return ResNet(parameters["depth"], parameters.get("stem", "small"), input_shape[0], classes)
