"""Where replicas part, step by step, and what is left of the snapshots that it takes to know."""

import pathlib
import signal
import tempfile
import unittest

from suite_run import SuiteTest, suite_text

TINY = {"batch_size": 32, "subset": 96, "test_subset": 20, "dataset": "synthetic"}
GRAPH = {"name": "graph", "plugin": "graph_convolution"} | TINY | {"subset": 400, "hidden": 16}
STEPS = {"replicas": 3, "steps": 8, "warmup": 3, "blocks": 2}


def steps_of(record):
    return [point["step"] for point in record["trace"]]


def parting(reference, record):
    """The first step at which both were traced and their states differ."""
    hashes = {point["step"]: point["state_hash"] for point in reference["trace"]}
    apart = [
        point["step"]
        for point in record["trace"]
        if hashes.get(point["step"], point["state_hash"]) != point["state_hash"]
    ]
    return min(apart, default=None)


class Graph(SuiteTest):
    """A network whose arithmetic is noisy with two threads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [GRAPH],
                backends=[{"name": "cpu", "threads": 2}],
                modes=["fixed", "noisy", "impl"],
                step=STEPS,
            )
        )

    def records(self, mode):
        records = self.done.records_of(f"graph/cpu/{mode}/step")
        self.assertEqual(len(records), 3, self.done.stderr)
        return records

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_every_replica_is_traced_at_the_same_steps(self):
        # 3 to warm up, then twice an untimed one and 4 timed ones: the points are where no timed
        # step follows.
        for record in self.done.records:
            self.assertEqual(steps_of(record), [0, 1, 2, 3, 8, 13])
            self.assertEqual(record["trace"][-1]["state_hash"], record["state_hash"])

    def test_fixed_replicas_are_equal_at_all_steps(self):
        first, *others = self.records("fixed")
        for record in others:
            self.assertIsNone(parting(first, record))
            for point in record["trace"]:
                self.assertEqual(point["differences"]["weights"]["differing"], 0)
                self.assertEqual(point["differences"]["weights"]["distance"], 0)

    def test_impl_replicas_part_by_arithmetic_and_ever_more(self):
        first, *others = self.records("impl")
        inputs = [point.get("input_hash") for point in first["trace"]]
        steps = [parting(first, record) for record in others]
        self.assertTrue(any(step is not None for step in steps))
        for record, step in zip(others, steps):
            self.assertEqual([point.get("input_hash") for point in record["trace"]], inputs)
            if step is None:
                continue
            self.assertGreaterEqual(step, 1)
            at = next(point for point in record["trace"] if point["step"] == step)
            end = record["trace"][-1]["differences"]
            self.assertGreater(end["weights"]["distance"], 0)
            self.assertGreater(end["weights"]["v_c"], at["differences"]["weights"]["v_c"] / 100)
            self.assertEqual(set(end), {"weights", "gradients", "outputs"})

    def test_noisy_replicas_start_apart_and_see_other_batches(self):
        first, *others = self.records("noisy")
        for record in others:
            self.assertEqual(parting(first, record), 0)
            self.assertGreater(record["trace"][0]["differences"]["weights"]["v_c"], 0.9)
            self.assertNotIn("input_hash", record["trace"][0])
            self.assertNotEqual(
                record["trace"][1]["input_hash"], first["trace"][1]["input_hash"]
            )

    def test_the_first_replica_is_compared_with_nothing(self):
        for mode in ("fixed", "noisy", "impl"):
            for point in self.records(mode)[0]["trace"]:
                self.assertNotIn("differences", point)
                self.assertNotIn("not_compared", point)

    def test_no_snapshot_is_left(self):
        names = sorted(entry.name for entry in self.done.folder.iterdir())
        written = ["report.html", "suite.toml", "summary.json", "summary.md", "summary.svg"]
        self.assertEqual(names, ["journal.jsonl", *written, "traces"])


class Epochs(SuiteTest):
    def test_the_trace_goes_through_epochs_and_ends_with_each(self):
        run = self.run_suite(
            suite_text(
                [{"name": "autoencoder"} | TINY],
                modes=["fixed"],
                epoch={"replicas": 2, "epochs": 4},
            )
        )
        self.assert_exit(run, 0)
        for record in run.records:
            # Epochs of 3 steps: 9 is the end of the third, 12 that of the last.
            self.assertEqual(steps_of(record), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12])
            self.assertEqual(record["trace"][-1]["state_hash"], record["state_hash"])
            for epoch in record["samples"]["epochs"]:
                self.assertGreater(epoch["train_seconds"], 0)
                self.assertGreater(epoch["trace_seconds"], 0)
        second = run.records[1]
        self.assertTrue(all(p["differences"]["weights"]["v_c"] == 0 for p in second["trace"]))

    def test_a_time_budget_traces_the_same_steps_in_every_replica(self):
        run = self.run_suite(
            suite_text([{"name": "autoencoder"} | TINY], modes=["fixed", "impl"], step=STEPS),
            "--benchmark_min_time=0.02s",
        )
        self.assert_exit(run, 0)
        (steps,) = {tuple(steps_of(record)) for record in run.records}
        self.assertEqual(steps[:4], (0, 1, 2, 3))
        for record in run.records:
            if record["replica"] > 0:
                self.assertTrue(all("differences" in point for point in record["trace"]))


class Leftovers(SuiteTest):
    def test_a_crash_leaves_no_snapshot(self):
        run = self.run_suite(
            suite_text(
                [
                    {"name": "honest", "plugin": "null"},
                    {"name": "villain", "misdeed": "abort", "phase": "evaluate"},
                ],
                epoch={"replicas": 2},
            )
        )
        self.assertFalse((run.folder / "scratch").exists())
        self.assertEqual(len(run.records_of("honest/cpu/fixed/epoch")), 2)

    def test_sigint_leaves_no_snapshot_of_a_cell_that_is_done(self):
        process = self.start(
            suite_text(
                [
                    {"name": "autoencoder"} | TINY,
                    {"name": "endless", "plugin": "villain", "misdeed": "hang"},
                ],
                epoch={"replicas": 2},
            )
        )
        scratch = []
        while line := process.stderr.readline():
            if "autoencoder/cpu/fixed/epoch replica 1" in line:
                scratch = list(self.results.glob("*/scratch/0/*.snapshot"))
            if "endless/cpu/fixed/epoch replica 0" in line:
                break
        self.assertTrue(scratch, "there were none to remove")
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assert_exit(run, 130)
        self.assertEqual([path for path in scratch if path.exists()], [])

    def test_a_dry_run_leaves_nothing_among_the_temporary_files(self):
        with tempfile.TemporaryDirectory() as temporary:
            run = self.run_suite(
                suite_text([{"name": "honest", "plugin": "null"}], epoch={"replicas": 2}),
                "--benchmark_dry_run",
                environment={"TMPDIR": temporary},
            )
            self.assert_exit(run, 0)
            self.assertEqual(list(pathlib.Path(temporary).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
