#!/usr/bin/env python3
"""Makes writes fail under a run: does it end with all its rows, or with exit 13 and a message?

Every call of ndbench_suite that writes below its results folder (listed by strace from one
undisturbed run) is made to fail in a run of its own, once (`when=N`) and from then on (`when=N+`),
with no space, an input/output error, a read-only file system and a quota in turn. Then runs write
to small tmpfs of growing size, to some with few inodes, and to a read-only one.

A disturbed run may end with 0, if everything is there; else with 13 and a message (or with another
code, where the call that failed was not one on the results: from `when=N+` on all pipes are dead,
too). What it acknowledged stays: once the fault is gone, --resume comes to all the rows, each once
and with the hashes of an undisturbed run, and the database holds them.

  ci/fault_writes.py                 every call
  ci/fault_writes.py --points 40     that many of them, by chance
  ci/fault_writes.py --disks         the small disks alone
  ci/fault_writes.py --calls         the calls alone
Exits 77 where nothing of what was asked for can be tried: strace may not trace, no tmpfs be mounted.
"""

import argparse
import collections
import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from runs import database_rows, rows, run_folders, whole_lines

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE = """
seed = 1
modes = ["fixed"]
[step]
replicas = 1
steps = 2
blocks = 1
[epoch]
replicas = 1
epochs = 1
[[backend]]
name = "cpu"
threads = 1
[[model]]
name = "null"
"""
CALLS = (
    *("write", "pwrite64", "ftruncate", "fsync", "fdatasync"),
    *("openat", "rename", "mkdir", "flock"),
)
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
KILOBYTES = (4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
FILES = ("suite.toml", "summary.json", "summary.md")
REPORTS = ("report.html", "summary.svg")
UNTESTED = 77  # what ctest takes for skipped


def may(*command):
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


class Faults:
    def __init__(self, options, place):
        self.options = options
        self.place = place
        self.suite = place / "fault.toml"
        self.suite.write_text(SUITE)
        self.ended = collections.Counter()
        self.expected = None

    def run(self, results, *flags, tracer=()):
        """Ends with a code, stdout and stderr, and never by a signal or too late."""
        process = subprocess.run(
            [*tracer, self.options.build / "bin/ndbench_suite", f"--results={results}",
             f"--plugin_path={self.options.plugins}", "--host_lock=share",
             "--benchmark_format=csv", *flags],
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
            env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"})  # which strace keeps from working
        assert process.returncode >= 0, f"killed by signal {-process.returncode}"
        return process

    def traced(self, results, trace, *filters):
        return self.run(results, f"--suite={self.suite}",
                        tracer=("strace", "-y", "-o", trace, *filters))

    def undisturbed(self):
        """The calls that write below the results, each as a name and a number among its kind."""
        results = self.place / "undisturbed"
        trace = self.place / "calls.txt"
        process = self.traced(results, trace, "-e", f"trace={','.join(CALLS)}")
        assert process.returncode == 0, process.stderr
        (folder,) = run_folders(results)
        self.expected = rows(folder)
        assert database_rows(results) == len(self.expected)
        counts = collections.Counter()
        points = []
        for line in trace.read_text(errors="replace").splitlines():
            call = line.split("(")[0]
            if call not in CALLS:
                continue
            counts[call] += 1
            if str(results) in line and not ("openat" in call and "O_CREAT" not in line):
                points.append((call, counts[call]))
        return points

    def fail_calls(self):
        """Whether it could be tried."""
        if not may("strace", "-o", self.place / "probe.txt", "true"):
            print("strace may not trace here: no call was made to fail")
            return False
        points = list(itertools.product(self.undisturbed(), (False, True)))
        wanted = self.options.points
        chance = random.Random(self.options.seed)
        chosen = points if wanted is None else chance.sample(points, wanted)
        for index, ((call, number), is_sticky) in enumerate(chosen):
            self.fail_call(call, number, ERRORS[index % len(ERRORS)], is_sticky)
        print(f"{len(chosen)} of {len(points)} faults of calls:", dict(self.ended))
        self.ended.clear()
        return True

    def fill_disks(self):
        """Whether it could be tried."""
        probe = self.place / "probe"
        probe.mkdir()
        if not may("mount", "-t", "tmpfs", "tmpfs", probe):
            print("no tmpfs may be mounted here: no disk was filled")
            return False
        subprocess.run(["umount", probe], check=True)
        self.expected = self.expected or self.undisturbed_rows()
        for kilobytes in KILOBYTES:
            self.fill(kilobytes, "nr_inodes=0")
        for inodes in range(2, 14):
            self.fill(10000, f"nr_inodes={inodes}")
        self.fill(10000, "ro")
        print(f"{len(KILOBYTES)} full disks, 12 without inodes, a read-only one:", dict(self.ended))
        return True

    def undisturbed_rows(self):
        results = self.place / "rows"
        process = self.run(results, f"--suite={self.suite}")
        assert process.returncode == 0, process.stderr
        return rows(run_folders(results)[0])

    def check_whole(self, results):
        (folder,) = [folder for folder in run_folders(results) if whole_lines(folder)]
        assert rows(folder) == self.expected, f"rows: {rows(folder)}, not {self.expected}"
        missing = [name for name in FILES + REPORTS if not (folder / name).exists()]
        assert not missing, f"without {missing}"
        assert database_rows(results) == len(self.expected), "rows are missing in the database"

    def write_reports(self, results):
        (folder,) = [folder for folder in run_folders(results) if whole_lines(folder)]
        for name in REPORTS:
            form = f"--format={name.rpartition('.')[2]}"
            subprocess.run([self.options.build / "bin/ndbench", "report", f"--results={results}",
                            form, f"--out={folder / name}", f"{folder}/"],
                           check=True, capture_output=True)

    def check(self, results, process, is_on_results):
        """`process` ended under a fault, which is gone now."""
        self.ended[process.returncode] += 1
        begun = [folder for folder in run_folders(results) if whole_lines(folder)]
        before = whole_lines(begun[0]) if begun else []
        if process.returncode == 0:
            self.check_whole(results)
            assert len(process.stdout.splitlines()) > 2, "rows are missing in stdout"
            return
        if is_on_results:
            assert process.returncode == 13, f"exit {process.returncode}"
            assert "ndbench_suite: " in process.stderr, "no message"
        if begun and b'"complete":true' not in before[-1]:
            resumed = self.run(results, "--resume")
            assert resumed.returncode == 0, f"--resume: {resumed.stderr}"
            assert set(before) <= set(whole_lines(begun[0])), "acknowledged lines are gone"
        elif not begun:
            fresh = self.run(results, f"--suite={self.suite}")
            assert fresh.returncode == 0, f"another run there: {fresh.stderr}"
        subprocess.run([self.options.build / "bin/ndbench", "ingest", f"--results={results}"],
                       check=True, capture_output=True)
        self.write_reports(results)
        self.check_whole(results)

    def fail_call(self, call, number, error, is_sticky):
        results = self.place / "results"
        trace = self.place / "trace.txt"
        when = f"{number}+" if is_sticky else f"{number}"
        process = self.traced(results, trace, "-e", f"trace={call}", "-e",
                              f"inject={call}:error={error}:when={when}")
        injected = [line for line in trace.read_text(errors="replace").splitlines()
                    if line.endswith("(INJECTED)")]
        # An undisturbed run makes a few calls more or less, so it may not come to the last ones.
        met = [line for line in injected if str(results) in line]
        is_on_results = len(met) == len(injected) > 0
        try:
            self.check(results, process, is_on_results)
        except AssertionError as failure:
            sys.exit(f"{call} {when} {error}: {failure}\nexit {process.returncode}\n"
                     f"{process.stderr}\n" + "\n".join(injected[:3]))
        shutil.rmtree(results, ignore_errors=True)

    def fill(self, kilobytes, mode):
        """A run on a file system of so many kilobytes, which then grows and can be written to."""
        mount = self.place / "small"
        mount.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,{mode}", "tmpfs", mount],
                       check=True)
        try:
            results = mount / "results"
            process = self.run(results, f"--suite={self.suite}")
            subprocess.run(["mount", "-o", "remount,rw,size=100m,nr_inodes=0", mount], check=True)
            self.check(results, process, is_on_results=True)
        except AssertionError as failure:
            sys.exit(f"tmpfs of {kilobytes} kB, {mode}: {failure}\nexit {process.returncode}\n"
                     f"{process.stderr}")
        finally:
            subprocess.run(["umount", "--lazy", mount], check=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, help="how many calls; all by default")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--calls", action="store_true", help="no small disks")
    part.add_argument("--disks", action="store_true", help="no calls that fail")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--plugins", type=pathlib.Path, help="where `null` is; tests/plugins")
    options = parser.parse_args()
    options.plugins = options.plugins or options.build / "tests/plugins"
    with tempfile.TemporaryDirectory(prefix="ndbench_fault_") as place:
        faults = Faults(options, pathlib.Path(place).resolve())
        tried = [] if options.disks else [faults.fail_calls()]
        if not options.calls:
            tried.append(faults.fill_disks())
    if not any(tried):
        sys.exit(UNTESTED)


if __name__ == "__main__":
    main()
