#!/usr/bin/env python3
"""The models of ndbench's plugins, written once more in PyTorch.

losses FOLDER   repeats the training that dump_task wrote to FOLDER and compares the losses
throughput      times training steps on a batch that stays in memory

When comparing throughput with ndbench, set MALLOC_TRIM_THRESHOLD_ and MALLOC_MMAP_THRESHOLD_ alike
for both: glibc adapts them to what a process has freed before, and page faults then make up a good
part of a step.
"""
import argparse
import gzip
import json
import pathlib
import statistics
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Autoencoder(nn.Module):
    def __init__(self, pixels=784):
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

    def loss(self, images, _):
        x = images.flatten(1)
        return F.mse_loss(self(x), x)


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2015, figure 2)."""

    def __init__(self, in_planes, planes, stride, projection):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.stride = stride
        self.extra_planes = planes - in_planes
        self.downsample = None
        if projection and (stride != 1 or in_planes != planes):
            self.downsample = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride, bias=False),
                nn.BatchNorm2d(planes))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            x = self.downsample(x)
        elif self.stride != 1 or self.extra_planes:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.extra_planes))
        out += x
        return F.relu(out, inplace=True)


class ResNet(nn.Module):
    def __init__(self, depth, channels=1, classes=10):
        super().__init__()
        if depth == 18:
            widths, blocks, projection = (64, 128, 256, 512), 2, True
        else:
            widths, blocks, projection = (16, 32, 64), (depth - 2) // 6, False
        self.conv1 = nn.Conv2d(channels, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        planes = widths[0]
        self.stages = []
        for number, width in enumerate(widths, 1):
            layers = []
            for block in range(blocks):
                stride = 2 if block == 0 and number > 1 else 1
                layers.append(Block(planes, width, stride, projection))
                planes = width
            self.stages.append(f"layer{number}")
            self.add_module(self.stages[-1], nn.Sequential(*layers))
        self.fc = nn.Linear(planes, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(x.mean((2, 3)))

    def loss(self, images, labels):
        return F.cross_entropy(self(images), labels)


def build(model, parameters):
    """The network and its optimizer, with the plugin's parameters."""
    if model == "autoencoder":
        network = Autoencoder()
        return network, torch.optim.Adam(network.parameters(), lr=parameters["learning_rate"])
    network = ResNet(parameters["depth"])
    return network, torch.optim.SGD(
        network.parameters(), lr=parameters["learning_rate"],
        momentum=parameters["momentum"], weight_decay=parameters["weight_decay"])


def train_step(network, optimizer, images, labels):
    optimizer.zero_grad(set_to_none=True)
    loss = network.loss(images, labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


def compare_losses(folder, tolerance):
    index = json.loads((folder / "index.json").read_text())

    def tensor(entry):
        values = np.fromfile(folder / entry["file"], dtype="<" + np.dtype(entry["dtype"]).str[1:])
        return torch.from_numpy(values.reshape(entry["shape"]))

    network, optimizer = build(index["model"], index["parameters"])
    # "parameters/x" and "buffers/x" are "x" in PyTorch.
    state = {entry["name"].split("/", 1)[1]: tensor(entry) for entry in index["state"]}
    network.load_state_dict(state)

    worst = 0.0
    for step, (batch, expected) in enumerate(zip(index["batches"], index["losses"], strict=True)):
        loss = train_step(network, optimizer, tensor(batch["inputs"]), tensor(batch["targets"]))
        difference = abs(loss.item() - expected) / abs(expected)
        # Written so that NaN fails too.
        if not difference <= tolerance:
            print(f"step {step}: loss {expected} in ndbench, {loss.item()} in PyTorch")
        worst = max(worst, difference) if difference == difference else float("nan")
    print(f"{index['model']}: {len(index['losses'])} steps, largest relative difference of the "
          f"losses {worst:.3g} (allowed {tolerance:g})")
    return len(index["losses"]) > 0 and worst <= tolerance


def read_batch(data, size):
    with gzip.open(data / "train-images-idx3-ubyte.gz") as stream:
        stream.read(16)
        pixels = np.frombuffer(stream.read(size * 784), np.uint8).reshape(size, 1, 28, 28)
    with gzip.open(data / "train-labels-idx1-ubyte.gz") as stream:
        stream.read(8)
        labels = np.frombuffer(stream.read(size), np.uint8)
    return torch.from_numpy(pixels / np.float32(255)), torch.from_numpy(labels.astype(np.int64))


def throughput(options):
    torch.set_num_threads(options.threads)
    parameters = {"learning_rate": 1e-3}
    name = options.model
    if name.startswith("resnet"):
        parameters = {"depth": int(name[len("resnet"):]), "learning_rate": 0.1, "momentum": 0.9,
                      "weight_decay": 1e-4}
    torch.manual_seed(1)
    network, optimizer = build(name, parameters)
    images, labels = read_batch(options.data, options.batch_size)
    seconds = []
    # torch.backends.mkldnn.flags() is how Python switches oneDNN.
    with torch.backends.mkldnn.flags(enabled=options.onednn == "on"):
        for _ in range(options.warmup + options.steps):
            start = time.perf_counter()
            train_step(network, optimizer, images, labels)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "model": name, "batch_size": options.batch_size, "threads": torch.get_num_threads(),
        "onednn": options.onednn, "steps": options.steps, "torch": torch.__version__,
        "median_seconds_per_step": statistics.median(seconds[options.warmup:])}))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    losses = commands.add_parser("losses")
    losses.add_argument("folder", type=pathlib.Path)
    losses.add_argument("--tolerance", type=float, default=1e-5)
    timing = commands.add_parser("throughput")
    timing.add_argument("--model", default="resnet8",
                        choices=["autoencoder", "resnet8", "resnet14", "resnet20", "resnet18"])
    timing.add_argument("--batch-size", type=int, default=128)
    timing.add_argument("--threads", type=int, default=1)
    timing.add_argument("--steps", type=int, default=50)
    timing.add_argument("--warmup", type=int, default=5)
    timing.add_argument("--onednn", choices=["on", "off"], default="on")
    timing.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    options = parser.parse_args()
    if options.command == "losses":
        sys.exit(0 if compare_losses(options.folder, options.tolerance) else 1)
    throughput(options)


if __name__ == "__main__":
    main()
