"""MobileNet v1 of width 1 (Howard et al. 2017, arXiv 1704.04861, table 1), as Keras has it.

keras_applications/mobilenet.py of keras-team/keras-applications, commit 06fbeb0f: ReLU clipped at
6, normalization with epsilon 1e-3, and convolutions at stride 2 padded with one row at the bottom
and one column at the right, not on both sides. `dropout` is 0.001 before the last layer.
"""
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, conv, dropout_rate, keras_norm, mean_pixel

_WIDTHS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


def conv3(inputs, outputs, stride, **options):
    return conv(inputs, outputs, 3, stride, padding=1 if stride == 1 else 0, **options)


def pad(x, convolution):
    return x if convolution.stride == (1, 1) else F.pad(x, (0, 1, 0, 1))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.depthwise = conv3(inputs, inputs, stride, groups=inputs)
        self.bn1 = keras_norm(inputs)
        self.pointwise = conv(inputs, outputs, 1)
        self.bn2 = keras_norm(outputs)

    def forward(self, x):
        x = F.relu6(self.bn1(self.depthwise(pad(x, self.depthwise))))
        return F.relu6(self.bn2(self.pointwise(x)))


class MobileNet(Classifier):
    def __init__(self, dropout, channels, classes):
        super().__init__()
        self.conv1 = conv3(channels, 32, 2)
        self.bn1 = keras_norm(32)
        self.blocks = nn.Sequential(*map(Block, (32, *_WIDTHS), _WIDTHS, _STRIDES))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, classes)

    def forward(self, x):
        x = F.relu6(self.bn1(self.conv1(pad(x, self.conv1))))
        return self.fc(self.dropout(mean_pixel(self.blocks(x))))


def build(parameters, input_shape, classes):
    return MobileNet(dropout_rate(parameters, 1e-3), input_shape[0], classes)
