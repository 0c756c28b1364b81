"""ci/nightly.sh: twenty quiet nights end with 0, planted changes with 10, 11 and 10, and are named."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from suite_run import PLUGINS, SUITE, suite_text

SOURCE = pathlib.Path(os.environ["NDBENCH_TEST_SOURCE"])
TREE = SUITE.parents[1]


class Nightly(unittest.TestCase):
    """One history: the tests of a class would each have to make its quiet nights."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ndbench_nightly_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.suite = self.folder / "night.toml"
        self.suite.write_text(
            suite_text(
                [{"name": "nightly"}],
                modes=["fixed", "noisy"],
                step={"replicas": 5, "steps": 4, "warmup": 1, "blocks": 1},
                epoch={"replicas": 6, "epochs": 1},
            )
        )
        # The build of the nights before: nothing is planted in it.
        before = self.folder / "before"
        before.mkdir()
        program = before / "ndbench_suite"
        program.write_text(f'#!/bin/sh\nunset NDBENCH_TEST_SLOWER\nexec "{SUITE}" "$@"\n')
        program.chmod(0o755)

    def night(self, *flags, **planted):
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("NDBENCH_TEST_")
        }
        environment |= {f"NDBENCH_TEST_{name}": str(value) for name, value in planted.items()}
        done = subprocess.run(
            [
                SOURCE / "ci/nightly.sh",
                f"--prebuilt={TREE}",
                f"--state={self.folder / 'state'}",
                f"--hashes={self.folder / 'hashes'}",
                f"--before={self.folder / 'before'}",
                f"--suite={self.suite}",
                f"--plugin_path={PLUGINS}",
                "--benchmark_filter=fixed/step|noisy/epoch",
                "--jobs=2",
                "--host_lock=share",  # what is timed sleeps
                *flags,
            ],
            capture_output=True,
            text=True,
            env=environment,
        )
        return done

    def ends(self, code, **planted):
        done = self.night(**planted)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def row_of(self, comment, *words):
        (row,) = [
            line
            for line in comment.splitlines()
            if line.startswith("| ") and all(word in line for word in words)
        ]
        return row

    def test_quiet_nights_and_planted_changes(self):
        for _ in range(20):
            comment = self.ends(0)
            self.assertIn("0 worse, 0 with other bits, 0 better", comment)

        slower = self.ends(10, SLOWER=1.1)
        row = self.row_of(slower, "worse", "nightly/cpu/fixed/step", "seconds")
        self.assertRegex(row, r"\| \+(9\.\d|10\.\d) % \[\+\d+\.\d, \+\d+\.\d\]; measured again \+")
        self.assertIn("6 pairs", row)
        self.assertIn("ndbench_suite --suite=", slower)
        self.assertIn("'--benchmark_filter=^nightly/cpu/fixed/step$'", slower)
        self.assertLess(len(slower), 65536)
        self.run_reproduction(slower)

        spread = self.ends(10, SPREAD=20)
        row = self.row_of(spread, "worse", "nightly/cpu/noisy/epoch", "std of accuracy")
        self.assertRegex(row, r"\| \+1900 % \[")

        flipped = self.ends(11, FLIP=1)
        self.row_of(flipped, "other bits", "nightly/cpu/fixed/step")

        self.check_published(23)

    def run_reproduction(self, comment):
        """What the comment says measures it again does so, as it stands."""
        (line,) = re.findall(r"^- `(ndbench_suite .*)`$", comment, re.MULTILINE)
        shell = f'PATH="{SUITE.parent}:$PATH"; {line} --benchmark_dry_run --host_lock=share'
        done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, cwd="/")
        self.assertEqual(done.returncode, 0, line + done.stderr)
        self.assertIn("nightly/cpu/fixed/step", done.stdout)

    def check_published(self, nights):
        publish = self.folder / "state/publish"
        folders = sorted(entry for entry in publish.iterdir() if entry.is_dir())
        self.assertEqual(len(folders), nights)
        for name in "comment.md", "report.html", "summary.svg", "summary.json", "junit.xml":
            self.assertTrue((folders[-1] / name).stat().st_size > 0, name)
        index = (publish / "index.html").read_text()
        self.assertEqual(index.count("<li>"), nights)
        first = re.search(r'<li><a href="([^"]*)">', index)[1]
        self.assertTrue((publish / first).is_file())
        self.assertIn(folders[-1].name, first)

    def test_a_change_that_measuring_again_does_not_show_is_no_regression(self):
        """The build before is as slow: it is the machine."""
        program = self.folder / "before/ndbench_suite"
        program.write_text(f'#!/bin/sh\nexec "{SUITE}" "$@"\n')
        for _ in range(8):
            self.ends(0)
        comment = self.ends(0, SLOWER=1.1)
        self.assertIn("0 worse", comment)
        self.row_of(comment, "not seen again", "nightly/cpu/fixed/step", "seconds")

    def test_a_second_night_beside_the_first_is_refused(self):
        state = self.folder / "state"
        state.mkdir()
        with subprocess.Popen(
            ["flock", state / "lock", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            holder.stdin.write(b"\n")
            holder.stdin.flush()
            holder.stdout.read(1)  # it runs, so the lock is held
            refused = self.night()
            holder.stdin.close()
        self.assertEqual(refused.returncode, 2)
        self.assertIn("another night is going on", refused.stderr)

    def test_wrong_flags_measure_nothing(self):
        for flags, words in (
            (["--results=x"], "--state says where"),
            (["--benchmrk_filter=x"], "--benchmark_filter"),
            (["--hashes"], "--NAME=VALUE"),
        ):
            done = self.night(*flags)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
        listed = self.night("--benchmark_list_tests")
        self.assertEqual(listed.returncode, 4)
        self.assertIn("nothing was measured", listed.stderr)
        self.assertEqual(list((self.folder / "state/publish").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
