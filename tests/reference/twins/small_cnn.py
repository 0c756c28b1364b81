"""The small network of Zhuang et al. 2021 (arXiv 2106.11872) for 32x32 images.

Model() in src/training_script/smallcnn.py of usyd-fsalab/NeuralNetworkRandomness, commit e789a1f:
convolutions keep their bias under a normalization, whose epsilon is 1e-3, the default of Keras.
"""
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier, keras_norm, mean_pixel


class SmallCNN(Classifier):
    def __init__(self, batch_norm, channels, classes):
        super().__init__()
        for number, width in enumerate((16, 32, 32), 1):
            self.add_module(f"conv{number}", nn.Conv2d(channels, width, 3, padding=1))
            self.add_module(f"bn{number}", keras_norm(width) if batch_norm else None)
            channels = width
        self.fc1 = nn.Linear(32, 32)
        self.fc2 = nn.Linear(32, classes)

    def forward(self, x):
        for conv, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2), (self.conv3, self.bn3)):
            x = conv(x) if norm is None else norm(conv(x))
            x = F.max_pool2d(F.relu(x), 2)
        return self.fc2(F.relu(self.fc1(mean_pixel(x))))


def build(parameters, input_shape, classes):
    return SmallCNN(parameters.get("batch_norm", False), input_shape[0], classes)
