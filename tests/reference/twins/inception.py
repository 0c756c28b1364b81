"""Inception v3 (Szegedy et al. 2015, arXiv 1512.00567), as torchvision has it, with its names.

`auxiliary`: whether there is a second classifier on the last 17x17 features, whose loss counts 0.4
(as in torchvision's reference training; the paper gives 0.3 to that of v1). Its 5x5 convolution
needs images of 299x299 or so. `dropout` is 0.5.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, dropout_rate, mean_pixel


class BasicConv(nn.Module):
    """Convolution, normalization, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Mixed(nn.Module):
    """Branches side by side, their outputs in the order given, that of the pooling last.

    A branch is a list of convolutions, (outputs, kernel) or (outputs, kernel, stride), padded
    unless they have a stride. It may end with a list of two that both take what comes before.
    """

    def __init__(self, inputs, pooled=0, **branches):
        super().__init__()
        self.paths = []
        self.outputs = pooled or inputs
        for branch, convolutions in branches.items():
            channels, path = inputs, []
            for number, step in enumerate(convolutions, 1):
                name = branch if len(convolutions) == 1 else f"{branch}_{number}"
                forks = {name + letter: one for letter, one in zip("ab", step)} \
                    if isinstance(step, list) else {name: step}
                for name, one in forks.items():
                    self.add_module(name, self._convolution(channels, *one))
                path.append(list(forks))
                channels = one[0]
            self.paths.append(path)
            self.outputs += len(forks) * channels
        if pooled:
            self.branch_pool = BasicConv(inputs, pooled, 1)
        else:
            self.branch_pool = None

    @staticmethod
    def _convolution(inputs, outputs, kernel, stride=1):
        rows, columns = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = (rows // 2, columns // 2) if stride == 1 else 0
        return BasicConv(inputs, outputs, kernel, stride, padding)

    def forward(self, x):
        outputs = []
        for path in self.paths:
            y = [x]
            for names in path:
                y = [getattr(self, name)(y[0]) for name in names]
            outputs += y
        if self.branch_pool is None:
            outputs.append(F.max_pool2d(x, 3, 2))
        else:
            outputs.append(self.branch_pool(F.avg_pool2d(x, 3, 1, padding=1)))
        return torch.cat(outputs, 1)


def mixed_5(inputs, pooled):
    return Mixed(inputs, pooled, branch1x1=[(64, 1)], branch5x5=[(48, 1), (64, 5)],
                 branch3x3dbl=[(64, 1), (96, 3), (96, 3)])


def mixed_6(inputs, width):
    row, column = (1, 7), (7, 1)
    return Mixed(inputs, 192, branch1x1=[(192, 1)],
                 branch7x7=[(width, 1), (width, row), (192, column)],
                 branch7x7dbl=[(width, 1), (width, column), (width, row), (width, column),
                               (192, row)])


def mixed_7(inputs):
    fork = [(384, (1, 3)), (384, (3, 1))]
    return Mixed(inputs, 192, branch1x1=[(320, 1)], branch3x3=[(384, 1), fork],
                 branch3x3dbl=[(448, 1), (384, 3), fork])


class AuxiliaryClassifier(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.conv0 = BasicConv(inputs, 128, 1)
        self.conv1 = BasicConv(128, 768, 5)
        self.fc = nn.Linear(768, classes)

    def forward(self, x):
        return self.fc(mean_pixel(self.conv1(self.conv0(F.avg_pool2d(x, 5, 3)))))


class Inception(Classifier):
    auxiliary_weight = 0.4

    def __init__(self, auxiliary, dropout, channels, classes):
        super().__init__()
        self.Conv2d_1a_3x3 = BasicConv(channels, 32, 3, 2)
        self.Conv2d_2a_3x3 = BasicConv(32, 32, 3)
        self.Conv2d_2b_3x3 = BasicConv(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = BasicConv(64, 80, 1)
        self.Conv2d_4a_3x3 = BasicConv(80, 192, 3)
        self.Mixed_5b = mixed_5(192, 32)
        self.Mixed_5c = mixed_5(256, 64)
        self.Mixed_5d = mixed_5(288, 64)
        self.Mixed_6a = Mixed(288, branch3x3=[(384, 3, 2)],
                              branch3x3dbl=[(64, 1), (96, 3), (96, 3, 2)])
        self.Mixed_6b = mixed_6(768, 128)
        self.Mixed_6c = mixed_6(768, 160)
        self.Mixed_6d = mixed_6(768, 160)
        self.Mixed_6e = mixed_6(768, 192)
        self.AuxLogits = AuxiliaryClassifier(768, classes) if auxiliary else None
        self.Mixed_7a = Mixed(768, branch3x3=[(192, 1), (320, 3, 2)],
                              branch7x7x3=[(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, 2)])
        self.Mixed_7b = mixed_7(1280)
        self.Mixed_7c = mixed_7(2048)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, classes)

    def both_logits(self, x):
        """Those of the classifier and of the auxiliary one, None if there is none."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = F.max_pool2d(x, 3, 2)
        x = F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2)
        for block in (self.Mixed_5b, self.Mixed_5c, self.Mixed_5d, self.Mixed_6a, self.Mixed_6b,
                      self.Mixed_6c, self.Mixed_6d, self.Mixed_6e):
            x = block(x)
        auxiliary = None if self.AuxLogits is None else self.AuxLogits(x)
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return self.fc(self.dropout(mean_pixel(x))), auxiliary

    def forward(self, x):
        return self.both_logits(x)[0]

    def loss(self, batch):
        logits, auxiliary = self.both_logits(batch["inputs"])
        loss = self.objective(logits, batch["targets"])
        if auxiliary is None:
            return loss
        return loss + self.auxiliary_weight * self.objective(auxiliary, batch["targets"])


def build(parameters, input_shape, classes):
    return Inception(parameters.get("auxiliary", True), dropout_rate(parameters, 0.5),
                     input_shape[0], classes)
