"""The network of Zhuang et al. 2021 (arXiv 2106.11872) whose kernels grow: `kernel` 1, 3, 5 or 7.

MediumCNN() in src/common/cnns.py of usyd-fsalab/NeuralNetworkRandomness, commit e789a1f:
convolutions keep their bias, and normalization has an epsilon of 1e-3, the default of Keras.
"""
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, keras_norm, mean_pixel

_LAYERS = range(1, 7)


class MediumCNN(Classifier):
    def __init__(self, kernel, channels, classes):
        super().__init__()
        for number in _LAYERS:
            width = 8 << number
            self.add_module(f"conv{number}",
                            nn.Conv2d(channels, width, kernel, padding=kernel // 2))
            self.add_module(f"bn{number}", keras_norm(width))
            channels = width
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        for number in _LAYERS:
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
            x = F.max_pool2d(F.relu(x), 2)
        return self.fc(mean_pixel(x))


def build(parameters, input_shape, classes):
    return MediumCNN(parameters.get("kernel", 3), input_shape[0], classes)
