"""--jobs=N: epoch replicas side by side on disjoint cores end in the bits that they end in alone."""

import os
import pathlib
import signal
import time
import unittest

from suite_run import SuiteTest, suite_text, workers_of

CORES = len(os.sched_getaffinity(0))
THREADS = 2
IMAGES = {"batch_size": 32, "subset": 64, "test_subset": 40}
MODELS = [
    {"name": "autoencoder"} | IMAGES,
    {"name": "resnet8", "plugin": "resnet", "depth": 8} | IMAGES,
    {"name": "prednet", "sequences": 2, "test_sequences": 1, "layers": 2, "width": 4},
    {"name": "graph", "plugin": "graph_convolution", "subset": 400, "batch_size": 200},
]
BACKENDS = [{"name": name, "threads": THREADS} for name in ("cpu", "onednn")]

# Two first replicas that never end, one in each lane, and two that wait for them.
ENDLESS = suite_text(
    [{"name": "endless", "plugin": "villain", "misdeed": "hang"}],
    modes=["fixed", "noisy"],
    epoch={"replicas": 2},
)


def command_name(process):
    try:
        return pathlib.Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return "gone"


def states(run):
    return {(record["name"], record["replica"]): record["state_hash"] for record in run.records}


class Refusals(SuiteTest):
    def refused(self, jobs, **scope):
        run = self.run_suite(suite_text([{"name": "null"}], **scope), f"--jobs={jobs}")
        self.assert_exit(run, 2)
        self.assertEqual(run.folders, [])
        return run

    def test_more_jobs_than_cores_are_refused_with_their_number(self):
        run = self.refused(CORES + 1, epoch={})
        self.assert_one_message(run, f"--jobs={CORES + 1}", "is the most")

    def test_no_jobs_are_refused(self):
        self.assert_one_message(self.refused(0, epoch={}), "--jobs")

    @unittest.skipUnless(CORES > 1, "needs two cores")
    def test_jobs_for_steps_alone_are_refused(self):
        run = self.refused(2, step={"replicas": 1, "steps": 1, "blocks": 1})
        self.assert_one_message(run, "--jobs=2", "no epoch benchmark is selected")


@unittest.skipUnless(CORES > 1, "needs two cores")
class SameBits(SuiteTest):
    """Four models on both backends with two threads, one after another and side by side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        suite = suite_text(
            # The second and third beside each other, when the first has ended.
            MODELS, backends=BACKENDS, modes=["fixed"], epoch={"replicas": 3, "epochs": 1}
        )
        cls.alone = cls.run_suite(suite)
        cls.beside = cls.run_suite(suite, "--jobs=2")

    def test_all_is_well(self):
        self.assert_exit(self.alone, 0)
        self.assert_exit(self.beside, 0)

    def test_every_replica_ends_in_the_state_it_ends_in_alone(self):
        expected = states(self.alone)
        self.assertEqual(len(expected), len(MODELS) * len(BACKENDS) * 3)
        self.assertEqual(states(self.beside), expected)

    def test_losses_repeat_to_the_last_bit(self):
        def losses(run):
            return {
                (record["name"], record["replica"]): record["samples"]["epochs"][0]["loss"]
                for record in run.records
            }

        self.assertEqual(losses(self.beside), losses(self.alone))

    def test_workers_have_as_many_threads_as_alone(self):
        for run in (self.alone, self.beside):
            threads = {record["in_force"]["threads"] for record in run.records}
            self.assertEqual(threads, {str(THREADS)})

    def test_turns_are_short_where_threads_are_more_than_a_lane_has_processors(self):
        self.assertFalse(any("turn_microseconds" in r["in_force"] for r in self.alone.records))
        for record in self.beside.records:
            crowded = len(self.listed(record["in_force"]["processors"])) < THREADS
            self.assertEqual("turn_microseconds" in record["in_force"], crowded)

    def test_lanes_share_no_processor(self):
        places = {record["in_force"]["processors"] for record in self.beside.records}
        self.assertEqual(len(places), 2)
        used = [self.listed(place) for place in places]
        self.assertEqual(used[0] & used[1], set())
        self.assertLessEqual(used[0] | used[1], os.sched_getaffinity(0))
        for record in self.alone.records:
            self.assertEqual(
                self.listed(record["in_force"]["processors"]), os.sched_getaffinity(0)
            )

    @staticmethod
    def listed(text):
        """The set that the kernel writes as "0-3,8"."""
        found = set()
        for part in text.split(","):
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
        return found

    def test_records_say_that_their_times_are_not_to_be_compared(self):
        self.assertEqual({record["jobs"] for record in self.alone.records}, {1})
        self.assertEqual({record["jobs"] for record in self.beside.records}, {2})


@unittest.skipUnless(CORES > 1, "needs two cores")
class StepsBesideEpochs(SuiteTest):
    def test_steps_are_timed_alone_on_all_cores(self):
        run = self.run_suite(
            suite_text(
                [{"name": "null"}],
                step={"replicas": 1, "steps": 2, "blocks": 1},
                epoch={"replicas": 2},
            ),
            "--jobs=2",
        )
        self.assert_exit(run, 0)
        (step,) = run.records_of("null/cpu/fixed/step")
        self.assertEqual(step["jobs"], 1)
        places = [r["in_force"]["processors"] for r in run.records_of("null/cpu/fixed/epoch")]
        self.assertNotIn(step["in_force"]["processors"], places)

    def test_no_cost_is_derived_from_times_side_by_side(self):
        run = self.run_suite(
            suite_text([{"name": "null"}], modes=["fixed", "noisy"], epoch={"replicas": 2}),
            "--jobs=2",
        )
        self.assert_exit(run, 0)
        summary = " ".join(run.stdout.split())
        self.assertIn("times not compared: replicas ran side by side", summary)
        self.assertNotIn("cost against", summary)


@unittest.skipUnless(CORES > 1, "needs two cores")
class Accidents(SuiteTest):
    def wait_until(self, condition):
        deadline = time.monotonic() + self.timeout
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it never happened")
            time.sleep(0.01)

    def hanging(self, suite=ENDLESS):
        """A run in both of whose lanes a worker hangs."""
        process = self.start(suite, "--jobs=2")
        self.wait_until(
            lambda: [command_name(worker) for worker in workers_of(process.pid)] == ["hanging"] * 2
        )
        return process

    def test_a_worker_that_is_killed_costs_its_own_cell_alone(self):
        process = self.hanging()
        victim, other = workers_of(process.pid)
        os.kill(victim, signal.SIGKILL)
        # Its cell is given up, the other cell's first replica goes on.
        self.wait_until(lambda: workers_of(process.pid) == [other])
        os.kill(other, signal.SIGKILL)
        run = self.finish(process)
        self.assert_exit(run, 12)
        self.assertEqual(workers_of(run.pid), [])
        self.assertCountEqual(
            [record["name"] for record in run.records],
            ["endless/cpu/fixed/epoch", "endless/cpu/noisy/epoch"],
        )
        for record in run.records:
            reason = record["outcome"]["reason"]
            self.assertEqual(reason, "killed by SIGKILL (Killed) from outside ndbench")

    def test_sigint_ends_every_lane(self):
        process = self.hanging()
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assert_exit(run, 130)
        self.assertEqual(workers_of(run.pid), [])
        self.assertEqual(run.records, [])

    def test_sigkill_takes_every_lane_along(self):
        process = self.hanging()
        process.kill()
        process.communicate()
        self.wait_until(lambda: not workers_of(process.pid))

    def test_sigint_keeps_what_has_ended(self):
        process = self.start(
            suite_text(
                [
                    {"name": "quick", "plugin": "null"},
                    {"name": "endless", "plugin": "villain", "misdeed": "hang"},
                ],
                epoch={"replicas": 2},
            ),
            "--jobs=2",
        )
        self.wait_until(
            lambda: [command_name(worker) for worker in workers_of(process.pid)] == ["hanging"]
        )
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assert_exit(run, 130)
        self.assertEqual([record["name"] for record in run.records], ["quick/cpu/fixed/epoch"] * 2)

    def test_a_worker_that_does_not_answer_is_ended_in_its_lane(self):
        run = self.run_suite(
            suite_text(
                [{"name": "endless", "plugin": "villain", "misdeed": "hang"}],
                epoch={"replicas": 2},
            ),
            "--jobs=2",
            "--timeout=20",
        )
        self.assert_exit(run, 12)
        (record,) = run.records
        self.assertIn("no end of phase 'train' within 20 s", record["outcome"]["reason"])
        self.assertEqual(workers_of(run.pid), [])


if __name__ == "__main__":
    unittest.main()
