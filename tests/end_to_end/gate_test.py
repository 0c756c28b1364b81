"""ndbench gate: a slower night ends with 10, other bits with 11, and a comment that names them."""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from suite_run import SuiteTest, suite_text

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
SEAL_LINES = pathlib.Path(os.environ["NDBENCH_TEST_SEAL_LINES"])
CELL = "null/cpu/fixed/step"


def run_command(*arguments):
    return subprocess.run([NDBENCH, *map(str, arguments)], capture_output=True, text=True)


class Gate(SuiteTest):
    """Nights are copies of one real run, with other times, dates and ids."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.run_suite(
            suite_text(
                [{"name": "null", "step_microseconds": 100}],
                modes=["fixed"],
                step={"replicas": 5, "steps": 4, "warmup": 0, "blocks": 1},
            )
        )

    def setUp(self):
        self.assert_exit(self.first, 0)
        self.results = self.folder / self.id().rsplit(".", 1)[1]
        self.nights = 0

    def night(self, seconds, state=None):
        """A night of steps of about so many seconds; what the gate says of it."""
        self.nights += 1
        lines = copy.deepcopy(self.first.lines)
        for line in lines:
            del line["checksum"]
            if line["type"] == "run":
                line["run"] = f"{self.nights:032x}"
                line["started"] = f"2026-11-{self.nights:02}T02:00:00Z"
            if line["type"] == "record":
                jitter = 1.0 + 0.001 * ((7 * self.nights + line["replica"]) % 5)
                samples = line["samples"]
                samples["step_seconds"] = [seconds * jitter for _ in samples["step_seconds"]]
                line["state_hash"] = state or line["state_hash"]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        sealed = subprocess.run([SEAL_LINES], input=text, text=True, capture_output=True, check=True)
        folder = self.results / f"night{self.nights}"
        folder.mkdir(parents=True)
        (folder / "journal.jsonl").write_text(sealed.stdout)
        ingest = run_command("ingest", f"--results={self.results}")
        self.assertEqual(ingest.returncode, 0, ingest.stderr)
        return run_command("gate", f"--results={self.results}")

    def row_of(self, gate, kind):
        (row,) = [line for line in gate.stdout.splitlines() if line.startswith(f"| {kind} ")]
        return row

    def test_twenty_nights_without_a_change_end_with_0(self):
        for _ in range(20):
            gate = self.night(1e-3)
            self.assertEqual(gate.returncode, 0, gate.stdout)
            self.assertIn("0 worse, 0 with other bits, 0 better; ", gate.stdout)

    def test_a_slower_night_is_named_once(self):
        for _ in range(8):
            self.assertEqual(self.night(1e-3).returncode, 0)
        slow = self.night(1.1e-3)
        self.assertEqual(slow.returncode, 10, slow.stdout)
        self.assertIn("exit 10: a regression", slow.stderr)
        row = self.row_of(slow, "worse")
        self.assertIn(CELL, row)
        self.assertRegex(row, r"\| \+(9\.\d|10\.\d) % \[\+\d+\.\d, \+\d+\.\d\] \|")
        self.assertIn("1 of 9", row)
        self.assertIn(f"'--benchmark_filter=^{CELL}$'", slow.stdout)
        again = self.night(1.1e-3)
        self.assertEqual(again.returncode, 0, again.stdout)
        # Any run of the past can be judged.
        named = run_command("gate", f"--results={self.results}", f"--run={9:032x}")
        self.assertEqual(named.returncode, 10)

    def test_other_bits_are_named(self):
        self.assertEqual(self.night(1e-3).returncode, 0)
        flipped = self.night(1e-3, state="0123456789abcdef" * 2)
        self.assertEqual(flipped.returncode, 11, flipped.stdout)
        row = self.row_of(flipped, "other bits")
        self.assertIn(CELL, row)
        self.assertIn("0123456789abcdef", row)
        night = self.results / "night2"
        shutil.copy(self.first.folder / "suite.toml", night)
        shutil.copytree(self.first.folder / "traces", night / "traces")
        page = run_command("report", night)
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertRegex(page.stdout, f"{CELL} ends in other bits than before .* 0123456789abcdef")

    def test_without_a_database_it_says_what_makes_one(self):
        gate = run_command("gate", f"--results={self.results}")
        self.assertEqual(gate.returncode, 13)
        self.assertIn("ndbench ingest", gate.stderr)

    def test_a_run_that_is_not_there_is_a_mistake_in_usage(self):
        self.night(1e-3)
        missing = run_command("gate", f"--results={self.results}", "--run=fffffff")
        self.assertEqual(missing.returncode, 2)
        self.assertIn("no run's id begins with 'fffffff'", missing.stderr)


if __name__ == "__main__":
    unittest.main()
