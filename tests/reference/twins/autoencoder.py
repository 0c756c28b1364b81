"""The autoencoder of ndbench: pixels-128-64-32-64-128-pixels, ReLU, a sigmoid at the end.

ndbench's own choice, as Pietrowski et al. (arXiv 2109.01451) do not say what theirs was.
"""
import math

from torch import nn
from torch.nn import functional as F


class Autoencoder(nn.Module):
    def __init__(self, pixels):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(pixels, 128), nn.ReLU(),
            nn.Linear(128, 64), nn.ReLU(),
            nn.Linear(64, 32), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.Linear(32, 64), nn.ReLU(),
            nn.Linear(64, 128), nn.ReLU(),
            nn.Linear(128, pixels), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def loss(self, batch):
        x = batch["inputs"].flatten(1)
        return F.mse_loss(self(x), x)


def build(_, input_shape, __):
    return Autoencoder(math.prod(input_shape))
