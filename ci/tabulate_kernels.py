#!/usr/bin/python3
"""A run of the suite kernels as a table in Markdown: engines, verdict and price of each kernel.

  ci/tabulate_kernels.py ndbench_results/20261122T061541Z-21627

The price is the time of the fastest engine that repeats over that of the fastest of all, as
summary.json has it, with its interval. An engine repeats if all results that a replica compared had
the same bits, in each replica. States are those of all engines together: 1 in 6 if every engine gave
six replicas the same bits.
"""
import argparse
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from runs import whole_lines  # noqa: E402

TRIAL = re.compile(
    r"(?P<seconds>\S+) s, (not )?marked nondeterministic, "
    r"(?P<same>\d+) of (?P<runs>\d+) runs alike, \S+ from ATen")


class Kernel:
    """What the replicas of one kernel on one backend tell."""

    def __init__(self):
        self.trials = collections.defaultdict(list)  # by engine: what each replica tells of it
        self.states = collections.defaultdict(list)  # by mode: of each replica
        self.skipped = {}  # by mode: why

    def add(self, record):
        mode = record["mode"]
        if record["outcome"]["status"] != "passed":
            self.skipped[mode] = record["outcome"]["reason"]
            return
        self.states[mode].append(record["state_hash"])
        for key, text in record["in_force"].items():
            if key.startswith("engine."):
                self.trials[key.removeprefix("engine.")].append(TRIAL.fullmatch(text))

    def repeats(self, engine):
        return all(trial["same"] == trial["runs"] for trial in self.trials[engine])

    def seconds(self, engine):
        return min(float(trial["seconds"]) for trial in self.trials[engine])

    def states_text(self):
        return ", ".join(f"{mode} {len(set(states))} in {len(states)}"
                         for mode, states in self.states.items())

    def engines_text(self):
        def text(engine):
            varies = "" if self.repeats(engine) else " (varies)"
            return f"{engine} {self.seconds(engine) * 1e3:.3g}{varies}"

        return ", ".join(map(text, sorted(self.trials, key=self.seconds)))


def price_text(cost):
    low, high = cost["interval"]
    if low is None:
        return f"{cost['ratio']:.3f}"
    return f"{cost['ratio']:.3f} [{low:.3f}, {high:.3f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, help="folder of a run")
    options = parser.parse_args()
    kernels = collections.defaultdict(Kernel)
    for line in map(json.loads, whole_lines(options.run)):
        if line["type"] == "record":
            kernels[line["model"], line["backend"]].add(line)
    costs = {}
    for group in json.loads((options.run / "summary.json").read_text())["groups"]:
        for mode in group.get("modes", []):  # none where all was skipped
            if "cost" in mode:
                costs[group["model"], group["backend"]] = mode["cost"]

    print("| kernel | backend | repeat | states | price [95 %] | engines, fastest first, ms |")
    print("|---|---|--:|---|--:|---|")
    skipped = collections.Counter()
    for (model, backend), kernel in kernels.items():
        if not kernel.trials:
            skipped[backend, next(iter(kernel.skipped.values()))] += 1
            continue
        repeating = sum(map(kernel.repeats, kernel.trials))
        cost = costs.get((model, backend))
        price = price_text(cost) if cost else "none repeats"
        print(f"| {model} | {backend} | {repeating} of {len(kernel.trials)} | "
              f"{kernel.states_text()} | {price} | {kernel.engines_text()} |")
    for (backend, reason), count in skipped.items():
        print(f"\n{backend}: {count} kernels skipped: {reason}")


if __name__ == "__main__":
    main()
