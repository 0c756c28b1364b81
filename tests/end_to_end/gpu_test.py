"""The GPU suites: measured where there is a GPU, skipped with the reason where there is none."""

import json
import os
import pathlib
import re
import subprocess
import unittest

from suite_run import SuiteTest, suite_text

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
PAGE = pathlib.Path(__file__).resolve().parents[2] / "framework/docs/gpu.md"
AUTOENCODER = {"name": "autoencoder", "batch_size": 50, "subset": 200, "test_subset": 50}
STEP = {"replicas": 3, "steps": 4, "warmup": 1, "blocks": 2}


def why_unavailable(backend):
    listed = subprocess.run(
        [NDBENCH, "list", "--format=json"], capture_output=True, text=True, check=True
    )
    wanted = ("backend", backend)
    (entry,) = [one for one in json.loads(listed.stdout) if (one["kind"], one["name"]) == wanted]
    return entry["unavailable"]


class WithoutGpu(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = why_unavailable("cudnn")
        if not cls.reason:
            raise unittest.SkipTest("there is a GPU here")

    def test_the_reason_is_one_of_those_documented(self):
        table = PAGE.read_text().split("| reason | what to do |")[1].split("\n\n")[0]
        documented = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
        self.assertGreater(len(documented), 5)
        # "…" stands for what differs from machine to machine.
        patterns = [".*".join(map(re.escape, reason.split("…"))) for reason in documented]
        self.assertTrue(any(re.fullmatch(one, self.reason) for one in patterns), self.reason)

    def test_every_benchmark_of_the_gpu_suites_is_skipped_with_it(self):
        for suite in ("gpu", "overhead"):
            with self.subTest(suite):
                run = self.run_suite(suite, "--benchmark_format=json")
                self.assert_exit(run, 0)
                rows = run.json["benchmarks"]
                self.assertGreater(len(rows), 20)
                for row in rows:
                    self.assertTrue(row["skipped"], row)
                    self.assertIn(self.reason, row["skip_message"])

    def test_a_required_backend_fails_with_it(self):
        backend = {"name": "cudnn", "required": True}
        run = self.run_suite(suite_text([AUTOENCODER], backends=[backend], step=STEP))
        self.assert_exit(run, 12)
        self.assertIn("the suite requires this backend, which cannot run here", run.stderr)
        self.assertIn(self.reason, run.stderr)


class Devices(SuiteTest):
    def test_the_cpu_is_one(self):
        backend = {"name": "cpu", "device": 1}
        run = self.run_suite(suite_text([AUTOENCODER], backends=[backend], step=STEP))
        self.assert_exit(run, 12)
        self.assertIn("the CPU is one device", run.stderr)

    def test_are_counted_within_limits(self):
        backend = {"name": "cudnn", "device": 64}
        run = self.run_suite(suite_text([AUTOENCODER], backends=[backend], step=STEP))
        self.assert_exit(run, 3)
        self.assert_one_message(run, "'device' is 64", "0", "63")


class WithGpu(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for backend in ("cuda", "cudnn"):
            if why := why_unavailable(backend):
                raise unittest.SkipTest(why)
        cls.run_on_gpu = cls.run_suite(
            suite_text(
                [AUTOENCODER, {"name": "small_cnn", "batch_size": 32, "subset": 64}],
                backends=["cuda", "cudnn"],
                modes=["fixed", "noisy"],
                step=STEP,
            )
        )

    def test_all_is_measured(self):
        self.assert_exit(self.run_on_gpu, 0)

    def test_fixed_ends_with_one_hash(self):
        for model in ("autoencoder", "small_cnn"):
            for backend in ("cuda", "cudnn"):
                records = self.run_on_gpu.records_of(f"{model}/{backend}/fixed/step")
                self.assertEqual(len({record["state_hash"] for record in records}), 1)

    def test_knobs_are_in_force(self):
        for record in self.run_on_gpu.records_of("small_cnn/cudnn/fixed/step"):
            in_force = record["in_force"]
            self.assertEqual(in_force["cudnn"], "true")
            self.assertEqual(in_force["cudnn_deterministic"], "true")
            self.assertEqual(in_force["cudnn_autotune"], "false")
            self.assertEqual(in_force["device"], "cuda:0")
        for record in self.run_on_gpu.records_of("small_cnn/cuda/noisy/step"):
            self.assertEqual(record["in_force"]["cudnn"], "false")

    def test_time_and_memory_of_the_device_are_told(self):
        for record in self.run_on_gpu.records:
            self.assertGreater(record["peak_device_memory_bytes"], 0)
            seconds = record["samples"]["device_seconds"]
            self.assertGreater(seconds, 0)
            self.assertLess(seconds, 1.01 * sum(record["samples"]["step_seconds"]))


if __name__ == "__main__":
    unittest.main()
