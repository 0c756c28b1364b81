#!/usr/bin/python3
"""Time of a training step in ndbench against the same network in PyTorch.

Runs ndbench_suite and tests/reference/time_twin.py alternately (A B, B A, ...), each time in a
fresh process, on the same LibTorch, threads, batch size, OpenMP and malloc settings, and prints for
each model and backend the ratio of throughputs: ndbench / PyTorch, with a 95 % interval over the
rounds. Exits 1 if a ratio lies under --at-least.

Needs a release build (ci/demo.sh makes one) and Debian's python3-torch.
"""
import argparse
import dataclasses
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# 97.5 % quantiles of Student's t, by degrees of freedom.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262,
     11: 2.201, 14: 2.145, 15: 2.131, 19: 2.093, 29: 2.045}


@dataclasses.dataclass(frozen=True)
class Model:
    """A plugin with parameters that its twin has too, and what only one of the two is told."""

    plugin: str
    parameters: dict
    suite: dict = dataclasses.field(default_factory=dict)  # of ndbench alone
    input_shape: tuple = (1, 28, 28)  # the twin's batch is random
    frames: int = 0
    batch_size: int = 0  # 0: as asked for


MODELS = {
    "autoencoder": Model("autoencoder", {}),
    **{f"resnet{depth}": Model("resnet", {"depth": depth}) for depth in (8, 14, 20, 18)},
    "prednet": Model("prednet", {"variant": "original", "layers": 3, "width": 16},
                     {"dataset": "synthetic", "frames": 10}, (3, 32, 48), 10, 4),
    "prednet_original": Model("prednet", {"variant": "original", "layers": 4, "width": 48},
                              {"dataset": "synthetic", "frames": 10}, (3, 32, 48), 10, 4),
}


def suite_text(name, backend, options):
    model = MODELS[name]
    batch_size = model.batch_size or options.batch_size
    lines = ['modes = ["noisy"]', "[step]", "replicas = 1", f"steps = {options.steps}",
             f"warmup = {options.warmup}", "blocks = 1",
             "[[backend]]", f'name = "{backend}"', f"threads = {options.threads}",
             "[[model]]", f'name = "{name}"', f'plugin = "{model.plugin}"',
             f"batch_size = {batch_size}"]
    if not model.frames:
        lines.append(f"subset = {10 * batch_size}")
    # A JSON string, number or truth is one in TOML, too.
    lines += [f"{key} = {json.dumps(value)}" for key, value in
              {**model.parameters, **model.suite}.items()]
    return "\n".join(lines) + "\n"


def ndbench_seconds(suite, options, environment):
    result = subprocess.run(
        [options.build / "bin/ndbench_suite", f"--suite={suite}", "--benchmark_format=json",
         "--benchmark_time_unit=s", f"--results={suite.parent / 'results'}"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    return json.loads(result.stdout)["benchmarks"][0]["real_time"]


def pytorch_seconds(name, backend, options, environment):
    model = MODELS[name]
    result = subprocess.run(
        [sys.executable, ROOT / "tests/reference/time_twin.py", model.plugin,
         *(f"{key}={json.dumps(value)}" for key, value in model.parameters.items()),
         f"--input-shape={','.join(map(str, model.input_shape))}", f"--frames={model.frames}",
         f"--batch-size={model.batch_size or options.batch_size}", f"--threads={options.threads}",
         f"--steps={options.steps}", f"--warmup={options.warmup}",
         f"--onednn={'on' if backend == 'onednn' else 'off'}"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    return json.loads(result.stdout)["median_seconds_per_step"]


def compare(model, backend, options):
    """One line of the table; true if ndbench is as fast as asked for."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads)}
    # As ndbench gives its workers.
    if "OMP_WAIT_POLICY" not in environment:
        environment.setdefault("GOMP_SPINCOUNT", "1000")
    environment.setdefault("MALLOC_MMAP_THRESHOLD_", "33554432")
    environment.setdefault("MALLOC_TRIM_THRESHOLD_", "1073741824")
    log_ratios, ours, theirs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "compare.toml"
        suite.write_text(suite_text(model, backend, options))
        for round_number in range(options.rounds):
            runs = [lambda: ours.append(ndbench_seconds(suite, options, environment)),
                    lambda: theirs.append(pytorch_seconds(model, backend, options, environment))]
            for run in runs if round_number % 2 == 0 else reversed(runs):
                run()
            log_ratios.append(math.log(theirs[-1] / ours[-1]))
    middle = statistics.mean(log_ratios)
    ratio = math.exp(middle)
    half = T[options.rounds - 1] * statistics.stdev(log_ratios) / math.sqrt(options.rounds)
    print(f"{model:<16} {backend:<7} {1e3 * statistics.median(ours):>9.3f} ms "
          f"{1e3 * statistics.median(theirs):>9.3f} ms   {ratio:.3f} "
          f"[{math.exp(middle - half):.3f}, {math.exp(middle + half):.3f}]", flush=True)
    return ratio >= options.at_least


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["autoencoder", "resnet8", "prednet"],
                        choices=MODELS)
    parser.add_argument("--backends", nargs="+", default=["onednn", "cpu"],
                        choices=["onednn", "cpu"])
    parser.add_argument("--rounds", type=int, default=8, choices=[n + 1 for n in T])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128, help="of images; prednet takes 4")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--at-least", type=float, default=0.98)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    print(f"batch {options.batch_size}, {options.threads} thread(s), {options.rounds} rounds of "
          f"{options.steps} steps, median step")
    print(f"{'model':<16} {'backend':<7} {'ndbench':>12} {'PyTorch':>12}   throughput ratio")
    good = [compare(model, backend, options)
            for model in options.models for backend in options.backends]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr or ''}")
