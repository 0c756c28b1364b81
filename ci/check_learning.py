#!/usr/bin/python3
"""Do the networks learn what they should? Trains for minutes, and judges the journals.

resnet        a network of ResNet-20's class reaches 90 % of Fashion-MNIST's test images within the
              epochs that suites/resnet.toml states
autoencoder   in fixed mode, the reconstruction error falls with every epoch of
              suites/autoencoder.toml
prednet       both forms of PredNet beat copying the last frame on real video. Needs one: --video
              names a set below --data, as framework/docs/data.md says

Needs a release build (ci/demo.sh makes one). Exits 1 if one of them does not.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PREDNET = """
modes = ["fixed"]
[epoch]
replicas = 1
epochs = {epochs}
[[backend]]
name = "onednn"
[[model]]
name = "prednet"
dataset = "{video}"
frame_width = 80
frame_height = 64
layers = 3
width = 16
[[model]]
name = "prednet-watanabe"
plugin = "prednet"
variant = "watanabe"
dataset = "{video}"
frame_width = 80
frame_height = 64
layers = 3
width = 16
"""


def records(options, *arguments):
    """The records of a run, whose progress is shown."""
    with tempfile.TemporaryDirectory() as folder:
        command = [options.build / "bin/ndbench_suite", f"--results={folder}", *arguments]
        if options.data:
            command.append(f"--data={options.data}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        lines = next(pathlib.Path(folder).glob("*/journal.jsonl")).read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["type"] == "record"]


def evaluations(record):
    return [epoch["evaluation"] for epoch in record["samples"]["epochs"]]


def check_resnet(options):
    (record, *_) = records(options, f"--suite={ROOT / 'suites/resnet.toml'}",
                           "--benchmark_filter=resnet20/.*/fixed/epoch$",
                           "--benchmark_repetitions=1")
    accuracies = [evaluation["value"] for evaluation in evaluations(record)]
    print("resnet20, test accuracy after each epoch:",
          " ".join(f"{accuracy:.4f}" for accuracy in accuracies))
    return max(accuracies) >= 0.9


def check_autoencoder(options):
    good = True
    for record in records(options, f"--suite={ROOT / 'suites/autoencoder.toml'}",
                          "--benchmark_filter=autoencoder/.*/fixed/epoch$"):
        errors = [evaluation["value"] for evaluation in evaluations(record)]
        print(f"{record['name']}, replica {record['replica']}, mse after each epoch:",
              " ".join(f"{error:.5f}" for error in errors))
        good = good and all(after < before for before, after in zip(errors, errors[1:]))
    return good


def check_prednet(options):
    if not options.video:
        sys.exit("check_learning.py: prednet needs --video, and --data where it is")
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "prednet.toml"
        suite.write_text(PREDNET.format(video=options.video, epochs=options.epochs))
        good = True
        for record in records(options, f"--suite={suite}"):
            ratios = [evaluation["other"]["ratio_to_last_frame"]
                      for evaluation in evaluations(record)]
            print(f"{record['model']} on {options.video}, mse / mse of copying the last frame "
                  "after each epoch:", " ".join(f"{ratio:.3f}" for ratio in ratios))
            good = good and ratios[-1] < 1.0
    return good


CHECKS = {"resnet": check_resnet, "autoencoder": check_autoencoder, "prednet": check_prednet}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="+", choices=CHECKS)
    parser.add_argument("--data", help="folders of data sets, colon-separated")
    parser.add_argument("--video", help="of prednet: a folder of frames, a list or a video file")
    parser.add_argument("--epochs", type=int, default=10, help="of prednet")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    failed = [check for check in options.checks if not CHECKS[check](options)]
    sys.exit(f"check_learning.py: not reached: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
