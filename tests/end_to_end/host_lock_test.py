"""One run measures on a host at a time, unless it is told to share."""

import os
import signal
import time
import unittest

from suite_run import SuiteTest, suite_text, workers_of

QUICK = suite_text(["null"], epoch={"replicas": 1})
ENDLESS = suite_text([{"name": "v", "plugin": "villain", "misdeed": "hang"}], epoch={"replicas": 1})


class HostLock(SuiteTest):
    def setUp(self):
        # A lock of this test alone, whatever else measures on this host.
        self.environment = {"NDBENCH_HOST_LOCK_NAME": f"{os.getpid()} {self._testMethodName}"[:64]}

    def start_with(self, suite, *flags):
        return self.start(suite, *flags, environment=self.environment)

    def measuring(self, *flags):
        """A run that has started its first worker, and so has the lock."""
        process = self.start_with(ENDLESS, *flags)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.wait_until(lambda: workers_of(process.pid))
        return process

    def wait_until(self, condition):
        deadline = time.monotonic() + self.timeout
        while not condition():
            if time.monotonic() > deadline:
                self.fail("waited in vain")
            os.sched_yield()

    def test_a_second_run_is_refused_and_told_whom_to_wait_for(self):
        first = self.measuring("--host_lock=refuse")
        run = self.finish(self.start_with(QUICK, "--host_lock=refuse"))
        self.assert_exit(run, 14)
        self.assert_one_message(run, f"process {first.pid} (", "ndbench_suite", "--host_lock=wait")
        self.assertEqual(run.folders, [])

    def test_a_run_is_refused_beside_one_that_shares(self):
        first = self.measuring("--host_lock=share")
        run = self.finish(self.start_with(QUICK, "--host_lock=refuse"))
        self.assert_exit(run, 14)
        self.assert_one_message(run, f"process {first.pid} (")

    def test_a_run_that_waits_measures_once_the_first_is_killed(self):
        first = self.measuring("--host_lock=refuse")
        second = self.start_with(QUICK, "--host_lock=wait")
        line = second.stderr.readline()
        self.assertIn(f"waiting for the end of process {first.pid} (", line)
        self.assertEqual(workers_of(second.pid), [])
        first.kill()
        run = self.finish(second)
        self.assert_exit(run, 0)
        (record,) = run.records
        self.assertEqual(record["provenance"]["host_lock"], "held")

    def test_a_run_that_waits_can_be_interrupted(self):
        self.measuring("--host_lock=refuse")
        second = self.start_with(QUICK, "--host_lock=wait")
        second.stderr.readline()
        second.send_signal(signal.SIGINT)
        run = self.finish(second)
        self.assert_exit(run, 130)
        self.assertEqual(run.folders, [])

    def test_a_run_that_shares_measures_at_once_and_says_so_in_its_records(self):
        self.measuring("--host_lock=refuse")
        run = self.finish(self.start_with(QUICK, "--host_lock=share"))
        self.assert_exit(run, 0)
        (record,) = run.records
        self.assertEqual(record["provenance"]["host_lock"], "shared")

    def test_what_measures_nothing_needs_no_lock(self):
        self.measuring("--host_lock=refuse")
        for flag in "--benchmark_list_tests", "--benchmark_dry_run":
            run = self.finish(self.start_with(QUICK, "--host_lock=refuse", flag))
            self.assert_exit(run, 0)

    def test_the_flag_counts_over_the_variable(self):
        self.measuring("--host_lock=refuse")
        self.environment["NDBENCH_HOST_LOCK"] = "share"
        run = self.finish(self.start_with(QUICK, "--host_lock=refuse"))
        self.assert_exit(run, 14)

    def test_a_policy_that_there_is_not_is_refused(self):
        run = self.finish(self.start_with(QUICK, "--host_lock=maybe"))
        self.assert_exit(run, 2)
        self.assert_one_message(run, "--host_lock", "'maybe'", "'refuse', 'share', 'wait'")


if __name__ == "__main__":
    unittest.main()
