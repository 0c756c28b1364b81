"""The graph network of ndbench, which learns the classes of images from their neighbours.

A GraphSAGE layer with the mean of the neighbours (Hamilton et al. 2017, arXiv 1706.02216,
algorithm 1), as a sum of two linear maps: layer(H)_v = W_self H_v + b + mean of W_neighbour H_j
over the neighbours j of v. Two of them with a ReLU between, `hidden` wide; cross entropy over the
nodes of the batch.

Batch: features [nodes, pixels]; neighbours [nodes, k], nodes [B] and targets [B], int64.
"""
from torch import nn
from torch.nn import functional as F

from .classifier import Classifier


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.add_module("self", nn.Linear(inputs, outputs))
        self.neighbour = nn.Linear(inputs, outputs, bias=False)

    def forward(self, x, neighbours):
        return getattr(self, "self")(x) + self.neighbour(x)[neighbours].mean(1)


class GraphConvolution(Classifier):
    def __init__(self, pixels, hidden, classes):
        super().__init__()
        self.layer1 = Layer(pixels, hidden)
        self.layer2 = Layer(hidden, classes)

    def forward(self, features, neighbours):
        return self.layer2(F.relu(self.layer1(features, neighbours)), neighbours)

    def loss(self, batch):
        logits = self(batch["features"], batch["neighbours"])
        return self.objective(logits[batch["nodes"]], batch["targets"])


def build(parameters, input_shape, classes):
    pixels, = input_shape
    return GraphConvolution(pixels, parameters.get("hidden", 64), classes)
