#!/usr/bin/env python3
"""Kills runs and their workers at random moments: is a row lost, there twice, or another one?

A run trains two small networks in two modes. While it goes on, SIGKILL meets its supervisor or one
of its workers, after a random time, again and again. A run whose supervisor was killed is resumed,
until it comes to its end; then the next one begins, until there were --kills. Every whole line that
stood in a journal before a kill must stand there afterwards, the rows at the end must be those of
an undisturbed run with the same hashes, each once, and the database must be intact and hold them.
"""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from runs import database_rows, rows, run_folders, whole_lines

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
seed = 1
modes = ["fixed", "noisy"]
[limits]
retries = 100
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
batch_size = 32
subset = 64
test_subset = 20
[[model]]
name = "small_cnn"
batch_size = 16
subset = 32
test_subset = 20
"""


def children_of(parent):
    """Process ids of the children of a process: of a supervisor, its workers."""
    children = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(child) for child in children.read_text().split()]
    except OSError:
        return []  # the parent is gone


def kill_child(parent, child):
    """Kills a process that is still a child of that parent; returns whether it was one."""
    try:
        descriptor = os.pidfd_open(child)
    except ProcessLookupError:
        return False
    try:
        if child not in children_of(parent):
            return False  # its number belongs to another process by now
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        return True
    finally:
        os.close(descriptor)


class Campaign:
    def __init__(self, options, place):
        self.build = options.build
        self.chance = random.Random(options.seed)
        self.mean = options.mean
        self.wanted = options.kills
        self.suite = place / "kill.toml"
        self.suite.write_text(SUITE)
        self.kills = {"supervisor": 0, "worker": 0}
        self.resumed = 0

    def is_done(self):
        return sum(self.kills.values()) >= self.wanted

    def start(self, results, *flags):
        command = [self.build / "bin/ndbench_suite", f"--results={results}", "--host_lock=share"]
        return subprocess.Popen([*command, *flags], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def undisturbed(self, results):
        process = self.start(results, f"--suite={self.suite}")
        _, stderr = process.communicate()
        if process.returncode != 0:
            sys.exit(f"the undisturbed run ends with {process.returncode}:\n{stderr}")
        (folder,) = run_folders(results)
        return rows(folder)

    def disturb(self, process):
        """Kills workers until it kills the supervisor, or that came to its end."""
        while not self.is_done():
            try:
                process.wait(self.chance.expovariate(1.0 / self.mean))
                return
            except subprocess.TimeoutExpired:
                pass
            workers = children_of(process.pid)
            if workers and self.chance.random() < 0.5:
                self.kills["worker"] += kill_child(process.pid, self.chance.choice(workers))
                continue
            process.kill()
            self.kills["supervisor"] += 1
            return

    def until_done(self, results):
        """One run, disturbed and resumed until it is done; returns its folder."""
        while True:
            begun = [folder for folder in run_folders(results) if whole_lines(folder)]
            before = whole_lines(begun[0]) if begun else []
            process = self.start(results, "--resume" if begun else f"--suite={self.suite}")
            self.disturb(process)
            _, stderr = process.communicate()
            if begun:
                after = set(whole_lines(begun[0]))
                lost = [line for line in before if line not in after]
                if lost:
                    sys.exit(f"{len(lost)} acknowledged lines are gone from {begun[0]}")
            self.resumed += bool(begun) and process.returncode != 2
            if process.returncode == 0:
                return next(folder for folder in run_folders(results) if whole_lines(folder))
            if process.returncode == 2 and "was interrupted" in stderr:
                return begun[0]  # it had come to its end before it was killed
            if process.returncode != -signal.SIGKILL:
                sys.exit(f"exit {process.returncode}:\n{stderr}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mean", type=float, default=2.5, help="seconds before a kill, on average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ndbench_kill_") as place:
        place = pathlib.Path(place)
        campaign = Campaign(options, place)
        expected = campaign.undisturbed(place / "undisturbed")
        done = 0
        while not campaign.is_done():
            results = place / f"run{done}"
            found = rows(campaign.until_done(results))
            if found != expected:
                sys.exit(f"{results}: rows differ from those of an undisturbed run:\n"
                         f"{found}\n{expected}")
            subprocess.run([options.build / "bin/ndbench", "ingest", f"--results={results}"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if database_rows(results) != len(expected):
                sys.exit(f"{results}: {database_rows(results)} rows in the database, not "
                         f"{len(expected)}")
            done += 1
        print(f"{campaign.kills['supervisor']} supervisors and {campaign.kills['worker']} workers "
              f"killed, {campaign.resumed} resumptions, {done} runs of {len(expected)} rows each: "
              f"none lost, none twice, all with the same hashes, all databases intact")


if __name__ == "__main__":
    main()
