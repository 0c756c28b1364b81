#!/usr/bin/python3
"""Time of a training step with one LibTorch against another.

Runs the ndbench_suite of two builds alternately (A B B A, then B A A B, ...), each time in fresh
processes with one seed and the same threads, OpenMP and malloc settings, and prints for each model
and backend the ratio of throughputs, B / A: the median over rounds, and their range. Ratios alone
are comparable on a machine that others use, too.

Needs build/release (ci/demo.sh makes it) and build/cuda (ci/test_cuda.sh).
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FASHION = {"subset": 1280, "batch_size": 128}
MODELS = {
    "autoencoder": {"plugin": "autoencoder", **FASHION},
    "resnet8": {"plugin": "resnet", "depth": 8, **FASHION},
    "small_cnn": {"plugin": "small_cnn", "dataset": "fashion-mnist", **FASHION},
    "prednet": {"plugin": "prednet", "dataset": "synthetic", "frames": 10, "batch_size": 4,
                "layers": 3, "width": 16},
    "graph_convolution": {"plugin": "graph_convolution"},
}


def suite_text(name, backend, options):
    lines = ['modes = ["noisy"]', "[step]", "replicas = 1", f"steps = {options.steps}",
             f"warmup = {options.warmup}", "blocks = 1",
             "[[backend]]", f'name = "{backend}"', f"threads = {options.threads}",
             "[[model]]", f'name = "{name}"']
    # A JSON string or number is one in TOML, too.
    lines += [f"{key} = {json.dumps(value)}" for key, value in MODELS[name].items()]
    return "\n".join(lines) + "\n"


def run(build, suite):
    """The record of one run of one cell."""
    with tempfile.TemporaryDirectory() as results:
        subprocess.run([build / "bin/ndbench_suite", f"--suite={suite}", f"--results={results}",
                        "--host_lock=wait"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        lines = next(pathlib.Path(results).glob("*/journal.jsonl")).read_text().splitlines()
        records = [json.loads(line) for line in lines]
        return next(record for record in records if record.get("samples", {}).get("step_seconds"))


def versions(record):
    return ", ".join(f"{name} {version}" for name, version in sorted(record["libraries"].items()))


def compare(model, backend, options):
    """Prints one line of the table; gives the libraries of both builds."""
    log_ratios = []
    libraries = {}
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "compare.toml"
        suite.write_text(suite_text(model, backend, options))
        for round_number in range(options.rounds):
            order = "ABBA" if round_number % 2 == 0 else "BAAB"
            logs = {"A": [], "B": []}
            for which in order:
                record = run(options.a if which == "A" else options.b, suite)
                logs[which].append(math.log(statistics.median(record["samples"]["step_seconds"])))
                libraries[which] = versions(record)
            log_ratios.append(statistics.mean(logs["A"]) - statistics.mean(logs["B"]))
    ratios = sorted(map(math.exp, log_ratios))
    print(f"{model:<18} {backend:<7} {statistics.median(ratios):>7.3f}   "
          f"{ratios[0]:.3f} to {ratios[-1]:.3f}", flush=True)
    return libraries


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--backends", nargs="+", default=["onednn", "cpu"],
                        choices=["onednn", "cpu"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-a", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("-b", type=pathlib.Path, default=ROOT / "build/cuda")
    options = parser.parse_args()
    print(f"{options.threads} thread(s), {options.rounds} rounds of four runs of {options.steps} "
          "steps, median step")
    print(f"{'model':<18} {'backend':<7}   B / A   range")
    libraries = {}
    for model in options.models:
        for backend in options.backends:
            libraries |= compare(model, backend, options)
    for which, text in sorted(libraries.items()):
        print(f"{which}: {text}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr or ''}")
