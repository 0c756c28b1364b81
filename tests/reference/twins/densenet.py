"""DenseNet-BC of `depth` 121, 169 and 201 (Huang et al. 2016, arXiv 1608.06993, table 1).

Growth 32, compression 0.5, bottlenecks of 4 x growth; torchvision's names. No dropout.
"""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, conv, mean_pixel

_GROWTH = 32
_BLOCKS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}


class DenseLayer(nn.Sequential):
    """Gives its input with `_GROWTH` more channels."""

    def __init__(self, inputs):
        super().__init__(OrderedDict(
            norm1=nn.BatchNorm2d(inputs), relu1=nn.ReLU(inplace=True),
            conv1=conv(inputs, 4 * _GROWTH, 1),
            norm2=nn.BatchNorm2d(4 * _GROWTH), relu2=nn.ReLU(inplace=True),
            conv2=conv(4 * _GROWTH, _GROWTH, 3)))

    def forward(self, x):
        return torch.cat((x, super().forward(x)), 1)


class DenseNet(Classifier):
    def __init__(self, depth, channels, classes):
        super().__init__()
        width = 2 * _GROWTH
        features = OrderedDict(
            conv0=conv(channels, width, 7, 2), norm0=nn.BatchNorm2d(width),
            relu0=nn.ReLU(inplace=True), pool0=nn.MaxPool2d(3, 2, padding=1))
        for number, count in enumerate(_BLOCKS[depth], 1):
            layers = OrderedDict()
            for layer in range(1, count + 1):
                layers[f"denselayer{layer}"] = DenseLayer(width)
                width += _GROWTH
            features[f"denseblock{number}"] = nn.Sequential(layers)
            if number < 4:
                features[f"transition{number}"] = nn.Sequential(OrderedDict(
                    norm=nn.BatchNorm2d(width), relu=nn.ReLU(inplace=True),
                    conv=conv(width, width // 2, 1), pool=nn.AvgPool2d(2)))
                width //= 2
        features["norm5"] = nn.BatchNorm2d(width)
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        return self.classifier(mean_pixel(F.relu(self.features(x), inplace=True)))


def build(parameters, input_shape, classes):
    return DenseNet(parameters["depth"], input_shape[0], classes)
