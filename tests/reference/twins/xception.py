"""Xception (Chollet 2016, arXiv 1610.02357, figure 5), as Keras has it.

keras_applications/xception.py of keras-team/keras-applications, commit 06fbeb0f: no ReLU between a
depthwise and its pointwise convolution, the first two convolutions without padding, normalization
with epsilon 1e-3, and 3x3 maxima at stride 2 padded as TensorFlow's "same": as little as possible,
and more at the bottom and the right. A block's shortcut takes the input before its first ReLU.

Names: conv1, bn1, conv2, bn2, blocks.<0..11>.{skip, skip_bn}, blocks.<i>.units.<j>.{depthwise,
pointwise, bn}, exit.<0..1>.{depthwise, pointwise, bn}, fc; skip and skip_bn in blocks 0, 1, 2 and
11.
"""
import re

from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, conv, keras_norm, mean_pixel


def same_max_pool(x):
    """3x3 maxima at stride 2, padded as TensorFlow's "same"."""
    rows, columns = ((1, 1) if size % 2 else (0, 1) for size in x.shape[-2:])
    return F.max_pool2d(F.pad(x, (*columns, *rows), value=float("-inf")), 3, 2)


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = conv(inputs, inputs, 3, groups=inputs)
        self.pointwise = conv(inputs, outputs, 1)
        self.bn = keras_norm(outputs)

    def forward(self, x):
        return self.bn(self.pointwise(self.depthwise(x)))


class Block(nn.Module):
    """Separable convolutions of these widths, each after a ReLU, around a shortcut."""

    def __init__(self, inputs, widths, first_relu=True):
        super().__init__()
        self.first_relu = first_relu
        self.skip = None
        if inputs != widths[-1]:
            self.skip = conv(inputs, widths[-1], 1, 2)
            self.skip_bn = keras_norm(widths[-1])
        self.units = nn.ModuleList(map(Separable, [inputs, *widths[:-1]], widths))

    def forward(self, x):
        out = x
        for number, unit in enumerate(self.units):
            out = unit(F.relu(out) if number or self.first_relu else out)
        if self.skip is None:
            return out + x
        return same_max_pool(out) + self.skip_bn(self.skip(x))


class Xception(Classifier):
    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = conv(channels, 32, 3, 2, padding=0)
        self.bn1 = keras_norm(32)
        self.conv2 = conv(32, 64, 3, padding=0)
        self.bn2 = keras_norm(64)
        self.blocks = nn.ModuleList([
            Block(64, (128, 128), first_relu=False), Block(128, (256, 256)), Block(256, (728, 728)),
            *(Block(728, (728, 728, 728)) for _ in range(8)), Block(728, (728, 1024))])
        self.exit = nn.ModuleList([Separable(1024, 1536), Separable(1536, 2048)])
        self.fc = nn.Linear(2048, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        for block in self.blocks:
            x = block(x)
        for separable in self.exit:
            x = F.relu(separable(x))
        return self.fc(mean_pixel(x))


def plugin_name(name):
    """What the plugin calls a tensor of this twin: by the blocks of Keras, block2 to block14."""
    name = re.sub(r"exit\.", "blocks.12.units.", name)
    name = re.sub(r"units\.(\d+)\.bn", lambda match: f"bn{int(match[1]) + 1}", name)
    name = re.sub(r"units\.(\d+)", lambda match: f"sepconv{int(match[1]) + 1}", name)
    name = re.sub(r"blocks\.(\d+)", lambda match: f"block{int(match[1]) + 2}", name)
    return name.replace("skip", "shortcut")


def build(_, input_shape, classes):
    return Xception(input_shape[0], classes)
