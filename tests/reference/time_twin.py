#!/usr/bin/env python3
"""Times training steps of a plugin's twin in PyTorch on a batch that stays in memory.

    time_twin.py resnet depth=8 --input-shape 1,28,28 --batch-size 128

When comparing with ndbench, set MALLOC_TRIM_THRESHOLD_ and MALLOC_MMAP_THRESHOLD_ alike for both:
glibc adapts them to what a process has freed before, and page faults then make up a good part of a
step.
"""
import argparse
import json
import statistics
import time

import torch

import twins
from twins import optimizer


def parameter(text):
    """key=value, the value as JSON or else as it is written."""
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def random_batch(model, options):
    """What the model takes, from a fixed seed, pixels in [0, 1)."""
    torch.manual_seed(1)
    size, shape = options.batch_size, options.input_shape
    if model == "prednet":
        return {"frames": torch.rand(options.frames, size, *shape)}
    targets = torch.randint(options.classes, (size,))
    if model == "graph_convolution":
        return {"features": torch.rand(options.nodes, *shape), "targets": targets,
                "neighbours": torch.randint(options.nodes, (options.nodes, options.neighbours)),
                "nodes": torch.randperm(options.nodes)[:size]}
    return {"inputs": torch.rand(size, *shape), "targets": targets}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("parameters", nargs="*", type=parameter, metavar="key=value")
    parser.add_argument("--input-shape", default=(1, 28, 28), metavar="C,H,W",
                        type=lambda text: tuple(map(int, text.split(","))))
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--frames", type=int, default=10, help="of a window of prednet")
    parser.add_argument("--nodes", type=int, default=2000, help="of the graph")
    parser.add_argument("--neighbours", type=int, default=8, help="of a node of the graph")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--onednn", choices=["on", "off"], default="on")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    defaults = {"learning_rate": 1e-3, "fused_gates": True}
    if options.model == "resnet":
        defaults.update(learning_rate=0.1, momentum=0.9, weight_decay=1e-4)
    parameters = {**defaults, **dict(options.parameters)}
    batch = random_batch(options.model, options)
    network = twins.build(options.model, parameters, options.input_shape, options.classes)
    descent = optimizer.build(parameters, network)
    seconds = []
    # torch.backends.mkldnn.flags() is how Python switches oneDNN.
    with torch.backends.mkldnn.flags(enabled=options.onednn == "on"):
        for _ in range(options.warmup + options.steps):
            start = time.perf_counter()
            optimizer.train_step(network, descent, batch)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "model": options.model, "parameters": parameters, "batch_size": options.batch_size,
        "threads": torch.get_num_threads(), "onednn": options.onednn, "steps": options.steps,
        "torch": torch.__version__,
        "median_seconds_per_step": statistics.median(seconds[options.warmup:])}))


if __name__ == "__main__":
    main()
