#!/usr/bin/env python3
"""Compares what dump_task wrote of a model plugin with the plugin's twin in PyTorch.

Without --losses: the number of parameters, the loss of the first step and its gradients. With
--losses: trains the twin on the same batches and compares the loss of each step.

FOLDER/index.json, written by dump_task; each tensor is a raw little-endian file beside it:

    {"model": "resnet", "parameters": {"depth": 8, ...},
     "state": [{"name": "parameters/conv1.weight", "file": "0000.bin", "dtype": "float64",
                "shape": [16, 1, 3, 3]}, ...],              the state before the first step
     "batches": [{"inputs": {tensor}, "targets": {tensor}}, ...],       one for each step
     "losses": [2.3, ...],                                              one for each step
     "gradients": [{tensor named as in "state"}, ...]}                  of the first step

The twin computes in the type of the state. Dropout has to be off: the twin draws other numbers.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch

import twins
from twins import optimizer, xception


class Mismatch(Exception):
    """The two cannot be compared, or differ."""


class Dump:
    def __init__(self, folder):
        self.folder = folder
        self.index = json.loads((folder / "index.json").read_text())
        self.model = self.index["model"]
        self.losses = self.index["losses"]
        if not self.losses or len(self.losses) != len(self.index["batches"]):
            raise Mismatch(f"{len(self.losses)} losses of {len(self.index['batches'])} batches")
        self.state = self._tensors("state")
        self.dtype = next(x.dtype for x in self.state.values() if x.is_floating_point())

    def _tensor(self, entry):
        values = np.fromfile(self.folder / entry["file"],
                             np.dtype(entry["dtype"]).newbyteorder("<"))
        return torch.from_numpy(values.reshape(entry["shape"]))

    def _tensors(self, key):
        return {entry["name"]: self._tensor(entry) for entry in self.index[key]}

    def gradients(self):
        return self._tensors("gradients")

    def batch(self, step):
        tensors = {name: self._tensor(entry)
                   for name, entry in self.index["batches"][step].items()}
        return {name: x.to(self.dtype) if x.is_floating_point() else x
                for name, x in tensors.items()}

    def network(self):
        """The twin in the dumped state, and the twin's name of each of the plugin's tensors."""
        batch = self.batch(0)
        if "frames" in batch:
            input_shape = batch["frames"].shape[2:]
        else:
            input_shape = batch["inputs" if "inputs" in batch else "features"].shape[1:]
        # The last parameter of each classifier has one row, or one element, per class.
        last = [x for name, x in self.state.items() if name.startswith("parameters/")][-1]
        network = twins.build(self.model, self.index["parameters"], input_shape, last.shape[0])
        network = network.to(self.dtype).train()
        for name, module in network.named_modules():
            if isinstance(module, torch.nn.Dropout) and module.p > 0:
                raise Mismatch(f"{name} drops {module.p:g}: dump it with dropout=false")
        names = self._names(network)
        network.load_state_dict({names[name]: x for name, x in self.state.items()})
        return network, names

    def _names(self, network):
        rename = xception.plugin_name if self.model == "xception" else lambda name: name
        ours = {rename(name): name for name in network.state_dict()}
        theirs = {name.split("/", 1)[1]: name for name in self.state}
        if set(ours) != set(theirs):
            raise Mismatch(f"only in the plugin: {sorted(set(theirs) - set(ours))[:5]}, "
                           f"only in the twin: {sorted(set(ours) - set(theirs))[:5]}")
        return {theirs[name]: ours[name] for name in theirs}


def relative(value, reference):
    return abs(value - reference) / abs(reference) if value != reference else 0.0


def norm(tensors):
    """The Euclidean norm over all of them, NaN if any is."""
    return sum((x.double() ** 2).sum().item() for x in tensors) ** 0.5


def compare_step(dump, options):
    """The line to print of the first step. @throws Mismatch"""
    network, names = dump.network()
    plugin = {names[name]: x for name, x in dump.gradients().items()}
    loss = network.loss(dump.batch(0))
    loss.backward()
    twin = {name: torch.zeros_like(x) if x.grad is None else x.grad
            for name, x in network.named_parameters()}
    if set(plugin) != set(twin):
        raise Mismatch(f"gradients of {sorted(set(plugin) ^ set(twin))} in one of the two only")

    ours, theirs = norm(twin.values()), norm(plugin.values())
    if not ours * theirs > 0:
        raise Mismatch(f"the gradients have norms {theirs} in the plugin and {ours} in the twin")
    # 1 - cosine is half the squared distance of the unit vectors, without the cancellation.
    distance = norm(twin[name] / ours - plugin[name] / theirs for name in twin) ** 2 / 2
    # What is zero but for rounding has no relative error: the gradient of a bias that a
    # normalization takes away again.
    errors = {name: norm([twin[name] - plugin[name]]) /
              max(norm([twin[name]]), norm([plugin[name]]), 1e-9 * ours) for name in twin}
    worst = sorted(errors, key=lambda name: (errors[name] == errors[name], -errors[name]))
    difference = relative(loss.item(), dump.losses[0])
    count = sum(x.numel() for x in network.parameters())
    line = (f"{dump.model}: {count:,} parameters, loss {loss.item():.9g}, relative difference "
            f"{difference:.3g}, 1 - cosine of the gradients {distance:.3g}, worst gradient "
            f"{worst[0]} {errors[worst[0]]:.3g}")
    # Written so that NaN fails too.
    if not (difference <= options.loss_tolerance and distance < options.gradient_tolerance
            and errors[worst[0]] <= options.tensor_tolerance):
        table = "".join(f"\n  {errors[name]:9.3g}  {name}, norm {norm([plugin[name]]):.3g} in the "
                        f"plugin and {norm([twin[name]]):.3g} in the twin" for name in worst[:10])
        raise Mismatch(f"{line}; loss {dump.losses[0]:.9g} in the plugin; relative errors:{table}")
    return line


def compare_losses(dump, options):
    """The line to print of all steps. @throws Mismatch"""
    network, _ = dump.network()
    descent = optimizer.build(dump.index["parameters"], network)
    worst = 0.0
    for step, expected in enumerate(dump.losses):
        loss = optimizer.train_step(network, descent, dump.batch(step)).item()
        difference = relative(loss, expected)
        if not difference <= options.loss_tolerance:
            raise Mismatch(f"{dump.model}, step {step}: loss {expected:.9g} in the plugin, "
                           f"{loss:.9g} in the twin")
        worst = max(worst, difference)
    return (f"{dump.model}: {len(dump.losses)} steps, largest relative difference of the losses "
            f"{worst:.3g} (allowed {options.loss_tolerance:g})")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--losses", action="store_true", help="of all steps instead of gradients")
    parser.add_argument("--loss-tolerance", type=float, default=1e-5, help="relative")
    parser.add_argument("--gradient-tolerance", type=float, default=1e-6,
                        help="of 1 - cosine over all parameters")
    parser.add_argument("--tensor-tolerance", type=float, default=1e-4,
                        help="relative error of each parameter's gradient")
    options = parser.parse_args(arguments)
    try:
        compare = compare_losses if options.losses else compare_step
        print(compare(Dump(options.folder), options))
    except (Mismatch, ValueError, KeyError, RuntimeError, OSError) as error:
        print(f"{options.folder}: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
