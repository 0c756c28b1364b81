#!/usr/bin/python3
"""Whether ndbench's verdicts on cost hold up, measured with a model whose cost is known.

1. The same mode twice: how often is a difference claimed? At most 6 % of the comparisons may.
2. A slow-down of 3 % in one mode, planted as counted work: how often is it found at the precision
   asked for? In at least 95 %.
3. The same beside a process that keeps a core busy: every comparison must be marked as disturbed.

Each comparison is a model entry of one suite, so that all of them are one run. The model `planted` is
in tests/plugins; it needs a build with tests (ci/test.sh makes one). On an idle machine of two cores
the defaults take half an hour; points 1 and 2 mean nothing on a busy one.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = """
seed = {seed}
modes = {modes}
{own_modes}
[step]
replicas = {replicas}
steps = {steps}
warmup = 5
blocks = {blocks}
[[backend]]
name = "cpu"
threads = {threads}
"""
MODEL = """
[[model]]
name = "run{number}"
plugin = "planted"
thousands = {thousands}
percent = {percent}
"""
SAME = "\n".join(f'[[mode]]\nname = "{name}"\ndeterministic = false' for name in ("one", "other"))


def compare(options, count, percent, flags=()):
    """The costs of `count` comparisons, and the seconds that they took."""
    same = percent == 0.0
    text = HEAD.format(
        seed=options.seed, modes='["one", "other"]' if same else '["fixed", "impl"]',
        own_modes=SAME if same else "", replicas=options.replicas, steps=options.steps,
        blocks=options.blocks, threads=options.threads)
    for number in range(count):
        text += MODEL.format(number=number, thousands=options.thousands, percent=percent)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        suite = pathlib.Path(folder) / "verdicts.toml"
        suite.write_text(text)
        subprocess.run([options.build / "bin/ndbench_suite", f"--suite={suite}",
                        f"--plugin_path={options.build / 'tests/plugins'}",
                        f"--results={folder}/results", *flags],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        summary, = pathlib.Path(folder).glob("results/*/summary.json")
        groups = json.loads(summary.read_text())["groups"]
        return [as_cost(group) for group in groups], time.monotonic() - start


def as_cost(group):
    """The costs of a group's modes, and how many of its blocks stayed disturbed."""
    return {"modes": [mode["cost"] for mode in group["modes"] if "cost" in mode],
            "disturbed_blocks": group["blocks"]["still_disturbed"]}


def row(what, costs, seconds, counted):
    """Prints one line of the table; `counted` is what the requirement counts."""
    modes = [mode for group in costs for mode in group["modes"]]
    ratios = sorted(mode["ratio"] for mode in modes)
    widths = sorted(mode["half_width"] for mode in modes)
    pairs = sorted(mode["pairs"] for mode in modes)
    disturbed = sum(group["disturbed_blocks"] > 0 for group in costs)
    print(f"{what:24} {len(costs):4} {counted:8} {100 * (ratios[len(ratios) // 2] - 1):+8.2f} % "
          f"{100 * widths[len(widths) // 2]:8.2f} % {pairs[len(pairs) // 2]:6} {disturbed:9} "
          f"{seconds:7.0f} s", flush=True)


def verdicts(costs, *wanted):
    return sum(mode["verdict"] in wanted for group in costs for mode in group["modes"])


def measure(options):
    """What is not as it must be, in words."""
    wrong = []
    print(f"{'':24} {'runs':>4} {'counted':>8} {'median':>10} {'± median':>10} {'pairs':>6} "
          f"{'disturbed':>9} {'time':>9}")
    if options.same:
        costs, seconds = compare(options, options.same, 0.0)
        called = verdicts(costs, "costs", "saves")
        row("same: called different", costs, seconds, called)
        if called > 0.06 * options.same:
            wrong.append(f"{called} of {options.same} equal pairs were called different")
    flags = [f"--precision={options.precision}", f"--time_cap={options.time_cap}"]
    if options.planted:
        costs, seconds = compare(options, options.planted, options.percent, flags)
        found = verdicts(costs, "costs")
        row(f"+{options.percent:g} %: found", costs, seconds, found)
        if found < 0.95 * options.planted:
            wrong.append(f"{found} of {options.planted} slow-downs were found")
    if options.busy:
        neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            costs, seconds = compare(options, options.busy, options.percent, flags)
        finally:
            neighbour.kill()
            neighbour.wait()
        marked = sum(group["disturbed_blocks"] > 0 for group in costs)
        row(f"+{options.percent:g} %, busy: found", costs, seconds, verdicts(costs, "costs"))
        if marked < options.busy:
            wrong.append(f"{marked} of {options.busy} runs beside a busy process were marked as "
                         "disturbed")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--same", type=int, default=200, help="comparisons of a mode with itself")
    parser.add_argument("--planted", type=int, default=100, help="comparisons with a slow-down")
    parser.add_argument("--busy", type=int, default=20, help="of these beside a busy process")
    parser.add_argument("--percent", type=float, default=3.0, help="the slow-down")
    parser.add_argument("--precision", default="1%")
    parser.add_argument("--time_cap", type=float, default=60.0, help="seconds for a comparison")
    parser.add_argument("--replicas", type=int, default=6, help="pairs of a comparison, the least")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--thousands", type=int, default=3000, help="multiply-adds in a step")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    wrong = measure(parser.parse_args())
    if wrong:
        raise SystemExit("; ".join(wrong))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}\n{error.stderr}") from error
