"""A signal ends a run in order; what was measured stays."""

import os
import pathlib
import signal
import time
import unittest

from suite_run import Run, SuiteTest, suite_text, workers_of

# The first cell is done at once, the second never.
ENDLESS = suite_text(
    [
        {"name": "quick", "plugin": "null"},
        {"name": "endless", "plugin": "villain", "misdeed": "hang"},
        {"name": "never", "plugin": "null"},
    ],
    epoch={"replicas": 1},
)


def command_name(process):
    try:
        return pathlib.Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return "gone"


class Signals(SuiteTest):
    def started(self, *flags):
        """A run that has measured its first cell and is in the middle of the second."""
        process = self.start(ENDLESS, *flags)
        while line := process.stderr.readline():
            if "endless/cpu/fixed/epoch replica 0" in line:
                self.wait_until(lambda: self.is_hanging(process))
                return process
        self.fail(f"the run ended early with {process.wait()}")

    def is_hanging(self, process):
        """Whether the one worker has come to its misdeed; before, it would hear a hang-up."""
        return [command_name(worker) for worker in workers_of(process.pid)] == ["hanging"]

    def wait_until(self, condition):
        deadline = time.monotonic() + self.timeout
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it never happened")
            time.sleep(0.01)

    def interrupted(self, number, *flags):
        process = self.started(*flags)
        process.send_signal(number)
        run = self.finish(process)
        self.assert_exit(run, 128 + number)
        self.assertEqual(workers_of(run.pid), [])
        return run

    def test_sigint_ends_the_run_with_what_it_has_measured(self):
        run = self.interrupted(signal.SIGINT, "--benchmark_format=json")
        self.assertEqual([record["name"] for record in run.records], ["quick/cpu/fixed/epoch"])
        self.assertEqual([row["name"] for row in run.json["benchmarks"]], ["quick/cpu/fixed/epoch"])
        self.assertIn("| quick | cpu | epoch |", (run.folder / "summary.md").read_text())
        self.assertIn("exit 130", run.stderr)

    def test_sigterm_ends_the_run_with_what_it_has_measured(self):
        run = self.interrupted(signal.SIGTERM)
        self.assertEqual([record["name"] for record in run.records], ["quick/cpu/fixed/epoch"])
        self.assertIn("quick/cpu/epoch", run.stdout)
        self.assertTrue((run.folder / "summary.md").exists())
        self.assertIn("exit 143", run.stderr)

    def test_sigint_to_the_group_reaches_the_supervisor_alone(self):
        """Ctrl-C signals the terminal's whole foreground group; workers have their own."""
        process = self.started()
        for worker in workers_of(process.pid):
            self.assertNotEqual(os.getpgid(worker), os.getpgid(process.pid))
        process.send_signal(signal.SIGINT)
        self.assert_exit(self.finish(process), 130)

    def test_sigkill_takes_the_workers_along_and_leaves_whole_lines(self):
        process = self.started()
        results = self.results
        process.kill()
        stdout, stderr = process.communicate()
        self.wait_until(lambda: not workers_of(process.pid))
        run = Run(process, stdout, stderr, results)
        self.assertEqual(run.returncode, -signal.SIGKILL)
        self.assertEqual([record["name"] for record in run.records], ["quick/cpu/fixed/epoch"])

    def test_a_second_signal_ends_it_at_once(self):
        process = self.started()
        process.send_signal(signal.SIGSTOP)  # both signals are there when it looks
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        run = self.finish(process)
        self.assertIn(run.returncode, (130, 143, -signal.SIGINT, -signal.SIGTERM))
        self.wait_until(lambda: not workers_of(run.pid))

    def test_a_signal_while_plugins_are_inspected_leaves_nothing(self):
        suite = suite_text([{"name": "v", "plugin": "villain_describe_hang"}], epoch={})
        process = self.start(suite)
        self.wait_until(lambda: self.is_hanging(process))
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assert_exit(run, 130)
        self.assertEqual(workers_of(run.pid), [])
        self.assertEqual(run.folders, [])


if __name__ == "__main__":
    unittest.main()
