"""ndbench gate: a slower night ends with 10 and a comment that names it, others with 0."""

import os
import pathlib
import subprocess
import unittest

from suite_run import SuiteTest, suite_text

COMMAND = pathlib.Path(os.environ["NDBENCH_COMMAND"])


class Gate(SuiteTest):
    def night(self, microseconds):
        """Measures once, indexes, and judges that run."""
        run = self.run_suite(
            suite_text(
                [{"name": "null", "step_microseconds": microseconds}],
                modes=["fixed"],
                step={"replicas": 5, "steps": 20, "warmup": 2, "blocks": 1},
            ),
            f"--results={self.nights}",
        )
        self.assert_exit(run, 0)
        return self.gate()

    def gate(self, *flags):
        subprocess.run(
            [COMMAND, "ingest", f"--results={self.nights}"], check=True, capture_output=True
        )
        return subprocess.run(
            [COMMAND, "gate", f"--results={self.nights}", *flags], capture_output=True, text=True
        )

    def test_a_night_of_twice_the_time_is_named_and_the_next_one_is_not(self):
        self.nights = self.folder / "nights"
        for _ in range(8):
            usual = self.night(1000)
            self.assertEqual(usual.returncode, 0, usual.stdout)
            self.assertIn("0 worse, 0 with other bits", usual.stdout)
        slow = self.night(2000)
        self.assertEqual(slow.returncode, 10, slow.stdout)
        self.assertIn("exit 10: a regression", slow.stderr)
        (row,) = [line for line in slow.stdout.splitlines() if line.startswith("| worse ")]
        self.assertIn("null/cpu/fixed/step", row)
        self.assertRegex(row, r"\| \+\d+\S* % \|")
        self.assertIn("1 of 9", row)
        self.assertIn("'--benchmark_filter=^null/cpu/fixed/step$'", slow.stdout)
        known = self.night(2000)
        self.assertEqual(known.returncode, 0, known.stdout)

    def test_without_a_database_it_says_what_makes_one(self):
        gate = subprocess.run(
            [COMMAND, "gate", f"--results={self.folder}"], capture_output=True, text=True
        )
        self.assertEqual(gate.returncode, 13)
        self.assertIn("ndbench ingest", gate.stderr)

    def test_a_run_that_is_not_there_is_a_mistake_in_usage(self):
        self.nights = self.folder / "one"
        self.night(10)
        missing = self.gate("--run=fffffff")
        self.assertEqual(missing.returncode, 2)
        self.assertIn("no run's id begins with 'fffffff'", missing.stderr)


if __name__ == "__main__":
    unittest.main()
