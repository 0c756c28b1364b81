"""EfficientNet B0 to B7 (Tan and Le 2019, arXiv 1905.11946, table 1), `variant` "b0" to "b7".

As in torchvision 0.14, with its names: padding on both sides, and normalization with epsilon 1e-5,
but 1e-3 from B5 on. Dropout before the last layer is at the variant's rate; the probability to
drop a block rises linearly from 0 to 0.2. `dropout` = False switches both off.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, conv, dropout_rate, mean_pixel

# expansion, kernel, stride, inputs, outputs, blocks
_STAGES = ((1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
           (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1))
# factors of width and depth, dropout
_VARIANTS = {"b0": (1.0, 1.0, 0.2), "b1": (1.0, 1.1, 0.2), "b2": (1.1, 1.2, 0.3),
             "b3": (1.2, 1.4, 0.3), "b4": (1.4, 1.8, 0.4), "b5": (1.6, 2.2, 0.4),
             "b6": (1.8, 2.6, 0.5), "b7": (2.0, 3.1, 0.5)}


def rounded(width):
    """The nearest multiple of 8 that takes away no more than a tenth."""
    nearest = max(8, int(width + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * width else nearest


class Unit(nn.Sequential):
    """Convolution, normalization and, unless told otherwise, SiLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, epsilon=1e-5, activate=True):
        super().__init__(conv(inputs, outputs, kernel, stride, groups=groups),
                         nn.BatchNorm2d(outputs, eps=epsilon),
                         *([nn.SiLU(inplace=True)] if activate else []))


class SqueezeExcitation(nn.Module):
    """Hu et al. 2017, arXiv 1709.01507."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        scale = F.silu(self.fc1(x.mean((2, 3), keepdim=True)))
        return x * torch.sigmoid(self.fc2(scale))


class StochasticDepth(nn.Dropout):
    """Drops whole images (Huang et al. 2016, arXiv 1603.09382)."""

    def forward(self, x):
        return x * super().forward(x.new_ones(len(x), 1, 1, 1)) if self.p else x


class Block(nn.Module):
    def __init__(self, expansion, kernel, stride, inputs, outputs, epsilon, drop):
        super().__init__()
        width = rounded(inputs * expansion)
        expand = [Unit(inputs, width, 1, epsilon=epsilon)] if width != inputs else []
        self.block = nn.Sequential(
            *expand,
            Unit(width, width, kernel, stride, groups=width, epsilon=epsilon),
            SqueezeExcitation(width, max(1, inputs // 4)),
            Unit(width, outputs, 1, epsilon=epsilon, activate=False))
        self.residual = stride == 1 and inputs == outputs
        self.stochastic_depth = StochasticDepth(drop)

    def forward(self, x):
        out = self.block(x)
        return self.stochastic_depth(out) + x if self.residual else out


class EfficientNet(Classifier):
    def __init__(self, variant, dropout, stochastic_depth, channels, classes):
        super().__init__()
        wide, deep, _ = _VARIANTS[variant]
        epsilon = 1e-3 if variant >= "b5" else 1e-5
        counts = [math.ceil(count * deep) for *_, count in _STAGES]
        total, built = sum(counts), 0
        width = rounded(32 * wide)
        features = [Unit(channels, width, 3, 2, epsilon=epsilon)]
        for (expansion, kernel, stride, _, outputs, _), count in zip(_STAGES, counts):
            stage = []
            for block in range(count):
                drop = stochastic_depth * built / total
                stage.append(Block(expansion, kernel, 1 if block else stride, width,
                                   rounded(outputs * wide), epsilon, drop))
                width = rounded(outputs * wide)
                built += 1
            features.append(nn.Sequential(*stage))
        features.append(Unit(width, 4 * width, 1, epsilon=epsilon))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(4 * width, classes))

    def forward(self, x):
        return self.classifier(mean_pixel(self.features(x)))


def build(parameters, input_shape, classes):
    variant = parameters.get("variant", "b0")
    return EfficientNet(variant, dropout_rate(parameters, _VARIANTS[variant][2]),
                        dropout_rate(parameters, 0.2), input_shape[0], classes)
