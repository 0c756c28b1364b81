#!/usr/bin/python3
"""Is the positive control caught in every seed, and no honest backend? Prints what was measured.

control   PredNet's published Chainer loop (plugin prednet_chainer) fails parity on cpu and onednn
          in every seed, with and without a look at its inputs; the loop that copies passes
honest    every model on cpu and onednn passes, in every seed
story     after 250 updates the training loss of the published loop is over 1.5 times the other's

Needs a release build with tests (ci/test.sh makes one). Exits 1 if one of them does not hold.
"""
import argparse
import concurrent.futures
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = """
seed = {seed}
modes = ["noisy"]
[step]
replicas = 1
steps = 1
warmup = 2
blocks = 1
[parity]
check = "{check}"
"""
VIDEO = {"dataset": "synthetic", "sequences": 8, "test_sequences": 1, "frame_width": 32,
         "frame_height": 24, "layers": 3, "width": 8}
IMAGES = {"dataset": "synthetic", "subset": 80, "test_subset": 4, "batch_size": 8}
HONEST = {
    "autoencoder": IMAGES,
    "graph_convolution": {"dataset": "synthetic", "subset": 100, "test_subset": 20,
                          "batch_size": 20},
    "prednet-original": VIDEO | {"plugin": "prednet", "variant": "original"},
    "prednet-watanabe": VIDEO | {"plugin": "prednet", "variant": "watanabe"},
    "prednet-copied": VIDEO | {"plugin": "prednet_chainer", "copy": True},
    "small_cnn": IMAGES,
    "small_cnn-batch_norm": IMAGES | {"plugin": "small_cnn", "batch_norm": True},
    "medium_cnn": IMAGES | {"image_size": 64},
    "resnet8": IMAGES | {"plugin": "resnet", "depth": 8},
    "resnet50": IMAGES | {"plugin": "resnet", "depth": 50},
    "vgg": IMAGES,
    "densenet": IMAGES | {"image_size": 32},
    "inception": IMAGES | {"image_size": 75},
    "xception": IMAGES | {"image_size": 71},
    "mobilenet": IMAGES | {"image_size": 32},
    "efficientnet": IMAGES | {"image_size": 32},
}


def table(heading, values):
    return "\n".join([heading, *(f"{key} = {json.dumps(value)}" for key, value in values.items())])


def journal(options, models, seed, check="always", backends=("cpu", "onednn")):
    """The lines of a run. Exit 12 is an answer here."""
    parts = [HEAD.format(seed=seed, check=check)]
    parts += [table("[[backend]]", {"name": name, "threads": options.threads})
              for name in backends]
    parts += [table("[[model]]", {"name": name} | values) for name, values in models.items()]
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "parity.toml"
        suite.write_text("\n".join(parts))
        command = [options.build / "bin/ndbench_suite", f"--suite={suite}",
                   f"--results={folder}/results"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, check=False)
        if done.returncode not in (0, 12):
            sys.exit(f"check_parity.py: exit {done.returncode}\n{done.stderr}")
        lines = next(pathlib.Path(folder).glob("results/*/journal.jsonl")).read_text().splitlines()
    return [json.loads(line) for line in lines]


def parity_of(lines):
    return [line for line in lines if line["type"] == "parity"]


def ratios(line, what):
    """Error over bound at each compared step."""
    return [step[what]["error"] / step[what]["bound"] for step in line["steps"]]


def for_each_seed(options, count, function):
    """Results of function(seed), in order; a few at once."""
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(function, range(count)))


def check_control(options):
    models = {"aliased": VIDEO | {"plugin": "prednet_chainer"},
              "copied": VIDEO | {"plugin": "prednet_chainer", "copy": True}}
    def one(seed):
        lines = parity_of(journal(options, models, seed))
        aliased = [line for line in lines if line["model"] == "aliased"]
        copied = [line for line in lines if line["model"] == "copied"]
        watched = [line for line in journal(options, {"aliased": models["aliased"]}, seed,
                                            check="never", backends=("cpu",))
                   if line["type"] == "record"]
        return {
            # By what backward gave alone, whatever became of the inputs.
            "caught": all(line["status"] == "failed" and max(ratios(line, "gradient")) > 1
                          and "software difference" in line["reason"] for line in aliased),
            "passed": all(line["status"] == "passed" for line in copied),
            "by_inputs": all("inputs changed" in record["outcome"].get("reason", "")
                             for record in watched),
            "errors": [line["steps"][0]["gradient"]["error"] for line in aliased],
        }

    found = for_each_seed(options, options.seeds, one)
    caught, passed, by_inputs = (sum(seed[key] for seed in found)
                                 for key in ("caught", "passed", "by_inputs"))
    errors = [error for seed in found for error in seed["errors"]]
    print(f"control: caught by its gradient in {caught} of {options.seeds} seeds, by its inputs "
          f"alone in {by_inputs}; the corrected loop passes in {passed}; relative error of the "
          f"gradient {min(errors):.3f} … {max(errors):.3f}", flush=True)
    return caught == passed == by_inputs == options.seeds


def check_honest(options):
    print("| model | backend | seeds | gradient: error | bound | error / bound, most | loss: most |"
          "\n|---|---|--:|--:|--:|--:|--:|")
    good = True
    for model in options.models or HONEST:
        found = {}
        runs = for_each_seed(
            options, options.honest_seeds,
            lambda seed, model=model: parity_of(journal(options, {model: HONEST[model]}, seed)))
        for seed, lines in enumerate(runs):
            for line in lines:
                found.setdefault(line["backend"], []).append(line)
                if line["status"] != "passed":
                    good = False
                    print(f"{model} on {line['backend']}, seed {seed}: {line['reason']}")
        for backend, lines in found.items():
            steps = [step for line in lines for step in line["steps"]]
            errors = [step["gradient"]["error"] for step in steps]
            bounds = [step["gradient"]["bound"] for step in steps]
            gradient = max(max(ratios(line, "gradient"), default=0) for line in lines)
            loss = max(max(ratios(line, "loss"), default=0) for line in lines)
            print(f"| {model} | {backend} | {len(lines)} | {statistics.median(errors):.1e} | "
                  f"{statistics.median(bounds):.1e} | {gradient:.1e} | {loss:.1e} |", flush=True)
    return good


def check_story(options):
    """The test prints what it found."""
    done = subprocess.run([options.build / "tests/prednet_chainer_test",
                           "--gtest_filter=*Training*"], stdout=subprocess.PIPE, text=True,
                          check=False)
    print("\n".join(line for line in done.stdout.splitlines() if line.startswith("seed ")))
    return done.returncode == 0


CHECKS = {"control": check_control, "honest": check_honest, "story": check_story}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="+", choices=CHECKS)
    parser.add_argument("--seeds", type=int, default=20, help="of control")
    parser.add_argument("--honest-seeds", type=int, default=20, help="of honest")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", nargs="*", choices=HONEST, help="of honest; default: all")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    failed = [check for check in options.checks if not CHECKS[check](options)]
    sys.exit(f"check_parity.py: does not hold: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
