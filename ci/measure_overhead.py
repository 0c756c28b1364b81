#!/usr/bin/python3
"""What the harness adds to a training step, measured with a model that does nothing.

The model `null` of tests/plugins returns at once, or after waiting for a given time. What ndbench
reports for the first is the harness; for the second, how far a known time is off. Needs a build with
tests (ci/test.sh makes one).
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
modes = ["noisy"]
[step]
replicas = {replicas}
steps = {steps}
warmup = 20
blocks = 1
[[backend]]
name = "cpu"
threads = 1
[[model]]
name = "null"
step_microseconds = {microseconds}
"""


def step_seconds(options, microseconds):
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "overhead.toml"
        suite.write_text(SUITE.format(microseconds=microseconds, replicas=options.replicas,
                                      steps=options.steps))
        subprocess.run([options.build / "bin/ndbench_suite", f"--suite={suite}",
                        f"--plugin_path={options.build / 'tests/plugins'}",
                        f"--results={folder}/results"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        journal, = pathlib.Path(folder).glob("results/*/journal.jsonl")
        return [statistics.median(json.loads(line)["samples"]["step_seconds"])
                for line in journal.read_text().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--replicas", type=int, default=5)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    empty = step_seconds(options, 0)
    waiting = step_seconds(options, 10_000)
    added = statistics.median(empty)
    off = statistics.median(waiting) - 0.010
    print(f"an empty step:  {1e6 * added:8.3f} us (replicas {1e6 * min(empty):.3f} to "
          f"{1e6 * max(empty):.3f}), {100 * added / 0.010:.4f} % of a step of 10 ms")
    print(f"a step of 10 ms: {1e6 * off:+7.3f} us off, {100 * off / 0.010:+.4f} %")
    if added / 0.010 >= 0.001:
        raise SystemExit("the harness adds 0.1 % or more to a step of 10 ms")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}\n{error.stderr}") from error
