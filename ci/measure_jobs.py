#!/usr/bin/python3
"""Replicas per hour of --jobs=2 against --jobs=1, and whether both end in the same bits.

Measures the epochs of three models in turn: one job, several, several, one, … A round is a run of
each. Says the median of the rounds' ratios with their range, and fails below 1.3 or where a hash
differs. Needs an idle machine, as the load printed first should tell.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
seed = 1
modes = ["fixed", "noisy"]
[epoch]
replicas = {replicas}
epochs = {epochs}
[[backend]]
name = "{backend}"
threads = {threads}
{model}
"""
MODELS = {
    "autoencoder": """
[[model]]
name = "autoencoder"
batch_size = 100
subset = 6000
test_subset = 2000
""",
    "resnet8": """
[[model]]
name = "resnet8"
plugin = "resnet"
depth = 8
batch_size = 32
subset = 960
test_subset = 500
""",
    "prednet": """
[[model]]
name = "prednet"
sequences = 16
test_sequences = 4
layers = 2
width = 8
""",
}


def measure(options, model, jobs):
    """Wall-clock seconds of a whole run, and its state hashes by benchmark and replica."""
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "jobs.toml"
        suite.write_text(SUITE.format(replicas=options.replicas, epochs=options.epochs,
                                      threads=options.threads,
                                      backend=options.backend, model=MODELS[model]))
        start = time.monotonic()
        subprocess.run([options.build / "bin/ndbench_suite", f"--suite={suite}", f"--jobs={jobs}",
                        f"--results={folder}/results"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seconds = time.monotonic() - start
        journal, = pathlib.Path(folder).glob("results/*/journal.jsonl")
        records = [json.loads(line) for line in journal.read_text().splitlines()]
        return seconds, {(record["name"], record["replica"]): record["state_hash"]
                         for record in records}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--backend", default="onednn")
    parser.add_argument("--replicas", type=int, default=4, help="of each of the two modes")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, {options.backend} with {options.threads} threads, load "
          f"{', '.join(f'{load:.2f}' for load in os.getloadavg())} before")
    slow = []
    for model in options.models:
        ratios, rates, hashes = [], {1: [], options.jobs: []}, None
        for number in range(options.rounds):
            seconds = {}
            for jobs in sorted(rates, reverse=number % 2 == 1):
                seconds[jobs], found = measure(options, model, jobs)
                rates[jobs].append(2 * options.replicas * 3600 / seconds[jobs])
                hashes = hashes or found
                if found != hashes:
                    raise SystemExit(f"{model}: --jobs={jobs} ended in other states:\n"
                                     f"{found}\nthan the first run:\n{hashes}")
            ratios.append(seconds[1] / seconds[options.jobs])
        ratio = statistics.median(ratios)
        print(f"{model}: {statistics.median(rates[options.jobs]):.0f} replicas per hour with "
              f"--jobs={options.jobs}, {statistics.median(rates[1]):.0f} with --jobs=1: ratio "
              f"{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds); "
              f"the same {len(hashes)} hashes in all", flush=True)
        if ratio < 1.3:
            slow.append(model)
    if slow:
        raise SystemExit(f"under 1.3 times the replicas per hour: {', '.join(slow)}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}\n{error.stderr}") from error
