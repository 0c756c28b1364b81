"""Backends are compared with a reference before they are compared with each other."""

import os
import tempfile
import unittest

from suite_run import SuiteTest, suite_text

BACKENDS = ("cpu", "onednn")
STEP = {"replicas": 1, "steps": 2, "warmup": 2, "blocks": 1}
CONTROL = {
    "name": "prednet_chainer",
    "dataset": "synthetic",
    "sequences": 4,
    "test_sequences": 1,
    "frame_width": 16,
    "frame_height": 16,
    "layers": 2,
    "width": 4,
}
AUTOENCODER = {"name": "autoencoder", "batch_size": 32, "subset": 320, "test_subset": 20}


class PositiveControl(SuiteTest):
    """The published Chainer loop, whose targets are all the last frame when backward runs."""

    def test_is_caught_as_software_on_every_backend_and_seed(self):
        for seed in range(3):
            run = self.run_suite(suite_text([CONTROL], backends=BACKENDS, step=STEP, seed=seed))
            self.assert_exit(run, 12)
            lines = run.lines_of("parity")
            self.assertEqual([line["status"] for line in lines], ["failed", "failed"])
            for line in lines:
                self.assertIn("software difference", line["reason"])
            self.assert_follow_schema("parity", lines)
            for record in run.records:
                self.assertEqual(record["outcome"]["status"], "failed")
                self.assertIn("parity failed: software difference", record["outcome"]["reason"])
                self.assertNotIn("samples", record)

    def test_passes_once_the_loop_copies(self):
        run = self.run_suite(
            suite_text([CONTROL | {"copy": True}], backends=BACKENDS, step=STEP)
        )
        self.assert_exit(run, 0)
        lines = run.lines_of("parity")
        self.assert_follow_schema("parity", lines)
        for line in lines:
            self.assertEqual(line["status"], "passed", line)
            self.assertEqual([step["step"] for step in line["steps"]], [1, 5])

    def test_is_caught_by_its_gradient_where_its_inputs_are_not_watched(self):
        run = self.run_suite(suite_text([CONTROL], backends=BACKENDS, step=STEP))
        for line in run.lines_of("parity"):
            step = line["steps"][0]
            self.assertGreater(step["gradient"]["error"], 10 * step["gradient"]["bound"])
            self.assertLess(step["loss"]["error"], step["loss"]["bound"])

    def test_is_caught_by_its_inputs_where_nothing_is_compared(self):
        for scope in {"step": STEP}, {"epoch": {"replicas": 1}}:
            run = self.run_suite(suite_text([CONTROL], **scope))
            self.assert_exit(run, 12)
            self.assertEqual(run.lines_of("parity"), [])
            (record,) = run.records
            self.assertIn("inputs changed during a training step: 'x_batch', 'y_batch'",
                          record["outcome"]["reason"])
            self.assertIn("software difference", record["outcome"]["reason"])


class HonestBackends(SuiteTest):
    def test_pass_and_leave_no_file_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.run_suite(
                suite_text([AUTOENCODER], backends=BACKENDS, modes=("fixed", "noisy"), step=STEP,
                           epoch={"replicas": 1}),
                environment={"TMPDIR": folder},
            )
            self.assertEqual(os.listdir(folder), [])
        self.assert_exit(run, 0)
        lines = run.lines_of("parity")
        self.assertEqual([(line["backend"], line["status"]) for line in lines],
                         [("cpu", "passed"), ("onednn", "passed")])
        self.assertEqual(len(run.records), 8)

    def test_are_checked_as_the_suite_asks(self):
        suites = {
            "[parity]\ncheck = \"never\"\n": (BACKENDS, []),
            "[parity]\ncheck = \"always\"\nstep = 3\n": (("onednn",), [[1, 3]]),
            "[parity]\ncheck = \"always\"\nstep = 1\n": (("cpu",), [[1]]),
        }
        for table, (backends, expected) in suites.items():
            run = self.run_suite(
                suite_text([AUTOENCODER], backends=backends, step=STEP) + "\n" + table
            )
            self.assert_exit(run, 0)
            steps = [[step["step"] for step in line["steps"]] for line in run.lines_of("parity")]
            self.assertEqual(steps, expected)

    def test_a_dry_run_compares_nothing(self):
        run = self.run_suite(suite_text([AUTOENCODER], backends=BACKENDS, step=STEP),
                             "--benchmark_dry_run")
        self.assert_exit(run, 0)

    def test_a_model_without_float64_is_measured_and_said_to_be_unchecked(self):
        run = self.run_suite(suite_text(["null"], backends=BACKENDS, step=STEP))
        self.assert_exit(run, 0)
        self.assertEqual([line["status"] for line in run.lines_of("parity")], ["unchecked"] * 2)
        self.assertIn("null on cpu: parity not checked: the model has no parameter 'precision'",
                      run.stderr)
        self.assertEqual(len(run.records), 2)


class Rewriter(SuiteTest):
    """Writes into its batch; has no network that could be compared."""

    def outcome(self, **parameters):
        run = self.run_suite(suite_text([{"name": "rewriter"} | parameters], step=STEP))
        (record,) = run.records
        return run.returncode, record["outcome"]

    def test_is_caught_by_its_inputs_alone(self):
        for step in 1, 2:
            code, outcome = self.outcome(from_step=step)
            self.assertEqual(code, 12)
            self.assertIn("inputs changed during a training step: 'targets'", outcome["reason"])
            self.assertEqual(outcome["phase"], "train")

    def test_is_not_watched_in_steps_that_are_timed(self):
        self.assertEqual(self.outcome(from_step=3), (0, {"status": "passed"}))


if __name__ == "__main__":
    unittest.main()
