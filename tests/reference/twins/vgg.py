"""VGG of `depth` 16 and 19 (Simonyan and Zisserman 2014, arXiv 1409.1556, table 1, D and E).

torchvision's names. The first fully connected layer takes what five poolings leave of the image,
7x7 of 224x224, where torchvision averages to 7x7 whatever the size. `dropout` is 0.5.
"""
from torch import nn

from .classifier import Classifier, dropout_rate


class VGG(Classifier):
    def __init__(self, depth, dropout, input_shape, classes):
        super().__init__()
        channels, height, width = input_shape
        deep = {16: 3, 19: 4}[depth]
        features = []
        for outputs, count in ((64, 2), (128, 2), (256, deep), (512, deep), (512, deep)):
            for _ in range(count):
                features += [nn.Conv2d(channels, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                channels = outputs
            features.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Linear(512 * (height // 32) * (width // 32), 4096), nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, classes))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def build(parameters, input_shape, classes):
    return VGG(parameters["depth"], dropout_rate(parameters, 0.5), input_shape, classes)
