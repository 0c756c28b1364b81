"""ndbench ab: two builds by turns, and what ends with it."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from suite_run import PLUGINS, SUITE, suite_text, workers_of

NDBENCH = os.environ["NDBENCH_COMMAND"]


class Ab(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ndbench_ab_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = os.environ | {
            "NDBENCH_HOST_LOCK_NAME": self.folder.name,  # what is timed sleeps
            "TMPDIR": str(self.folder / "tmp"),
        }
        (self.folder / "tmp").mkdir()

    def build(self, name, **planted):
        """A folder with a program that plants what it is told."""
        folder = self.folder / name
        (folder / "bin").mkdir(parents=True)
        program = folder / "bin/ndbench_suite"
        settings = " ".join(f"NDBENCH_TEST_{key}={value}" for key, value in planted.items())
        program.write_text(f'#!/bin/sh\n{settings} exec "{SUITE}" "$@"\n')
        program.chmod(0o755)
        return folder

    def suite(self, backends=("cpu",), steps=4):
        file = self.folder / "s.toml"
        file.write_text(
            suite_text(
                [{"name": "nightly"}],
                backends=backends,
                step={"replicas": 1, "steps": steps, "warmup": 1, "blocks": 1},
            )
        )
        return file

    def command(self, before, now, *flags, **of_suite):
        return [
            NDBENCH,
            "ab",
            before,
            now,
            f"--suite={self.suite(**of_suite)}",
            f"--plugin_path={PLUGINS}",
            *flags,
        ]

    def ab(self, *arguments, **of_suite):
        return subprocess.run(
            self.command(*arguments, **of_suite),
            capture_output=True,
            text=True,
            env=self.environment,
        )

    def test_tells_a_slower_build_and_keeps_the_runs_that_it_is_asked_to_keep(self):
        runs = self.folder / "runs"
        done = self.ab(self.build("a"), self.build("b", SLOWER=2), f"--results={runs}")
        self.assertEqual(done.returncode, 10, done.stderr)
        self.assertRegex(done.stdout, r"nightly/cpu/fixed/step\n  \+\d+\.\d % .*: SLOWER; same bits")
        self.assertTrue(all(len(line) <= 80 for line in done.stdout.splitlines()))
        self.assertEqual(len([entry for entry in runs.iterdir() if entry.is_dir()]), 12)

    def test_other_bits_are_told(self):
        done = self.ab(self.build("a"), self.build("b", FLIP=1))
        self.assertEqual(done.returncode, 11, done.stderr)
        self.assertIn("OTHER BITS", done.stdout)

    def test_nothing_in_common_is_no_success(self):
        done = self.ab(self.build("a"), self.build("b"), backends=("cuda",))
        if "no difference" in done.stdout:
            self.skipTest("there is a GPU")
        self.assertEqual(done.returncode, 12)
        self.assertIn("not compared", done.stdout)
        self.assertIn("nothing could be compared", done.stderr)

    def test_a_run_that_fails_is_told_with_its_reason(self):
        done = self.ab(self.build("a"), self.build("b"), "--benchmark_filter=nowhere")
        self.assertEqual(done.returncode, 12)
        self.assertIn("exit status 4", done.stderr)
        self.assertIn("matches none", done.stderr)

    def test_a_signal_ends_the_run_that_goes_on(self):
        process = subprocess.Popen(
            self.command(self.build("a"), self.build("b"), steps=100000), env=self.environment
        )
        deadline = time.monotonic() + 120
        while not (children := self.children_of(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        while not workers_of(children[0]) and time.monotonic() < deadline:
            time.sleep(0.05)
        workers = workers_of(children[0])
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=120), 143)
        for left in [*children, *workers]:
            self.assertFalse(pathlib.Path(f"/proc/{left}").exists(), left)
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])

    @staticmethod
    def children_of(parent):
        found = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [int(process) for process in found]


if __name__ == "__main__":
    unittest.main()
