#!/usr/bin/python3
"""What the input pipeline costs: its share of an epoch, and the time until the first one can start.

Runs epochs on all 60,000 images of Fashion-MNIST, which are held in memory, and prints for each
model the share of the training time that the host spends in getting batches, and the seconds from
the worker's first request until plugins and data are loaded and the network is built. Exits 1 if a
share is over --share or a start over --start. Times of a machine that does something else as well
say little: look at the load average that is printed beside.

Needs a release build (ci/demo.sh makes one).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
modes = ["fixed"]
[epoch]
replicas = 3
[[backend]]
name = "onednn"
threads = {threads}
[[model]]
name = "autoencoder"
batch_size = 100
[[model]]
name = "small_cnn"
[[model]]
name = "resnet8"
plugin = "resnet"
depth = 8
augment = true
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.03, help="of the epoch, at most")
    parser.add_argument("--start", type=float, default=1.0, help="seconds, at most")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", default="autoencoder|small_cnn|resnet8",
                        help="regular expression")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "input.toml"
        suite.write_text(SUITE.format(threads=options.threads))
        results = pathlib.Path(folder) / "results"
        subprocess.run([options.build / "bin/ndbench_suite", f"--suite={suite}",
                        f"--results={results}", f"--benchmark_filter=({options.models})/"],
                       check=True, stdout=subprocess.DEVNULL)
        print(f"{'model':<12} {'replica':>7} {'epoch':>9} {'input':>9} {'share':>7} {'start':>8}   "
              f"load average {os.getloadavg()[0]:.1f}, {options.threads} thread(s)")
        for line in next(results.glob("*/journal.jsonl")).read_text().splitlines():
            record = json.loads(line)
            if record["type"] != "record":
                continue
            epoch = record["samples"]["epochs"][0]
            share = epoch["input_seconds"] / epoch["train_seconds"]
            start = record["prepare_seconds"]
            print(f"{record['model']:<12} {record['replica']:>7} {epoch['train_seconds']:>7.2f} s "
                  f"{epoch['input_seconds']:>7.3f} s {100 * share:>5.2f} % {start:>6.3f} s")
            good = good and share <= options.share and start <= options.start
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
