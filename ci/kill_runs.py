#!/usr/bin/python3
"""Kills runs at random moments and goes on with them: is a row lost, there twice, or another one?

A run trains two small networks in two modes. It is killed (SIGKILL to the supervisor) and resumed,
again and again, until it comes to its end; then the next one begins, until there were --kills. Every
whole line that stood in a journal before a kill must stand there afterwards, the rows at the end must
be those of an uninterrupted run with the same hashes, each once, and the database must hold them.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
seed = 1
modes = ["fixed", "noisy"]
[step]
replicas = 2
steps = 4
blocks = 2
[epoch]
replicas = 2
epochs = 1
[[backend]]
name = "cpu"
threads = 1
[[model]]
name = "autoencoder"
subset = 400
test_subset = 100
[[model]]
name = "small_cnn"
subset = 200
test_subset = 100
"""


def whole_lines(folder):
    text = (folder / "journal.jsonl").read_bytes()
    return text[: text.rfind(b"\n") + 1].splitlines()


def rows(folder):
    found = {}
    for line in map(json.loads, whole_lines(folder)):
        if line["type"] != "record":
            continue
        key = f"{line['name']}#{line['replica']}"
        if key in found:
            sys.exit(f"{key} stands twice in {folder}")
        found[key] = line["state_hash"]
    return found


def run_folders(results):
    return [entry for entry in results.iterdir() if entry.is_dir()] if results.is_dir() else []


class Runs:
    def __init__(self, options, place):
        self.build = options.build
        self.random = random.Random(options.seed)
        self.longest = options.longest
        self.suite = place / "kill.toml"
        self.suite.write_text(SUITE)
        self.kills = 0
        self.resumed = 0

    def command(self, results, *flags):
        return [self.build / "bin/ndbench_suite", f"--results={results}", "--host_lock=share", *flags]

    def whole(self, results):
        subprocess.run(self.command(results, f"--suite={self.suite}"), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (folder,) = run_folders(results)
        return rows(folder)

    def until_done(self, results, left):
        """One run, killed until it is done; returns its folder."""
        while True:
            folders = run_folders(results)
            began = [f for f in folders if (f / "journal.jsonl").exists() and whole_lines(f)]
            flag = "--resume" if began else f"--suite={self.suite}"
            before = whole_lines(began[0]) if began else []
            self.resumed += bool(began)
            process = subprocess.Popen(self.command(results, flag), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            if self.kills < left:
                time.sleep(self.random.uniform(0.0, self.longest))
                process.kill()
                self.kills += 1
            _, stderr = process.communicate()
            if began:
                after = set(whole_lines(began[0]))
                lost = [line for line in before if line not in after]
                if lost:
                    sys.exit(f"{len(lost)} acknowledged lines are gone from {began[0]}")
            if process.returncode == 0:
                return next(f for f in run_folders(results) if whole_lines(f))
            if process.returncode == 2 and "was interrupted" in stderr:
                return began[0]  # it had come to its end before it was killed
            if process.returncode != -9:
                sys.exit(f"exit {process.returncode}:\n{stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds before a kill, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ndbench_kill_") as place:
        place = pathlib.Path(place)
        runs = Runs(options, place)
        expected = runs.whole(place / "whole")
        done = 0
        while runs.kills < options.kills:
            results = place / f"run{done}"
            found = rows(runs.until_done(results, options.kills))
            if found != expected:
                sys.exit(f"{results}: rows differ from those of an uninterrupted run:\n"
                         f"{found}\n{expected}")
            subprocess.run([options.build / "bin/ndbench", "ingest", f"--results={results}"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            count = subprocess.run([options.build / "bin/ndbench", "query", f"--results={results}",
                                    "SELECT count(*) AS n FROM record"],
                                   check=True, capture_output=True, text=True).stdout.split()[1]
            if int(count) != len(expected):
                sys.exit(f"{results}: {count} rows in the database, not {len(expected)}")
            done += 1
        print(f"{runs.kills} kills, {runs.resumed} resumptions, {done} runs: "
              f"{len(expected)} rows each, none lost, none twice, all with the same hashes")


if __name__ == "__main__":
    main()
