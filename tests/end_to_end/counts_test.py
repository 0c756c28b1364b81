"""What the supervisor costs, and what a record holds."""

import fcntl
import gzip
import json
import pathlib
import re
import unittest

from suite_run import SuiteTest, suite_text

LIMIT_KILOBYTES = 30 * 1024


class Supervisor(SuiteTest):
    def test_a_smoke_run_stays_small_and_free_of_libtorch(self):
        process = self.start("smoke", "--benchmark_format=json")
        # The results come in one piece at the end: with a short pipe the supervisor waits for its
        # reader, and can be looked at when it has done its work.
        fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)
        beginning = process.stdout.read(1)
        proc = pathlib.Path(f"/proc/{process.pid}")
        status = (proc / "status").read_text()
        maps = (proc / "maps").read_text()
        run = self.finish(process)
        self.assert_exit(run, 0)
        self.assertEqual(beginning, "{")
        self.assertIn("ndbench_suite", maps)
        self.assertNotRegex(maps, r"libtorch|libc10|libndbench|openblas")
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        self.assertLess(int(peak), LIMIT_KILOBYTES)

    def test_a_large_suite_is_listed_within_the_same_memory(self):
        models = [{"name": f"model{number}", "plugin": "null"} for number in range(2000)]
        process = self.start(
            suite_text(models, modes=["fixed", "noisy"], epoch={}), "--benchmark_list_tests"
        )
        fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)
        process.stdout.read(1)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        run = self.finish(process)
        self.assert_exit(run, 0)
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        self.assertLess(int(peak), LIMIT_KILOBYTES)


class Records(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        villain = {"name": "villain", "misdeed": "throw", "phase": "evaluate"}
        cls.done = cls.run_suite(
            suite_text(
                [{"name": "null", "step_microseconds": 7}, villain, "nowhere"],
                modes=["fixed", "noisy"],
                step={"replicas": 2, "steps": 3, "warmup": 1, "blocks": 1},
                epoch={"replicas": 2, "epochs": 2},
                seed=11,
            )
        )

    def test_every_measurement_is_a_record_and_every_cell_has_one(self):
        self.assert_exit(self.done, 15)
        count = {}
        for record in self.done.records:
            count[record["name"]] = count.get(record["name"], 0) + 1
        expected = {}
        for mode in ("fixed", "noisy"):
            expected[f"null/cpu/{mode}/step"] = expected[f"null/cpu/{mode}/epoch"] = 2
            expected[f"villain/cpu/{mode}/step"] = 2  # it throws in the evaluation of an epoch
            expected[f"villain/cpu/{mode}/epoch"] = 1
            expected[f"nowhere/cpu/{mode}/step"] = expected[f"nowhere/cpu/{mode}/epoch"] = 1
        self.assertEqual(count, expected)

    def test_a_record_says_what_was_measured_and_where(self):
        for record in self.done.records:
            with self.subTest(record["name"], replica=record["replica"]):
                name = "/".join(record[key] for key in ("model", "backend", "mode", "scope"))
                self.assertEqual(record["name"], name)
                self.assertEqual(record["version"], 5)
                for key in ("seeds", "parameters", "environment", "provenance"):
                    self.assertIsInstance(record[key], dict)
                if record["outcome"]["status"] != "passed":
                    self.assertNotIn("state_hash", record)
                    self.assertTrue(record["outcome"]["reason"])
                    continue
                self.assertRegex(record["state_hash"], r"\A[0-9a-f]{32}\Z")
                self.assertEqual(record["in_force"]["threads"], "1")
                self.assertTrue(record["libraries"]["libtorch"])
                self.assertEqual(record["environment"]["OMP_NUM_THREADS"], "1")

    def test_raw_samples_are_kept(self):
        for record in self.done.records_of("null/cpu/noisy/step"):
            self.assertEqual(len(record["samples"]["step_seconds"]), 3)
            self.assertEqual(record["samples"]["warmup_steps"], 1)
            self.assertEqual(record["parameters"], {"step_microseconds": 7})
            self.assertGreaterEqual(min(record["samples"]["step_seconds"]), 7e-6)
        for record in self.done.records_of("null/cpu/noisy/epoch"):
            self.assertEqual(len(record["samples"]["epochs"]), 2)

    def test_provenance_names_the_machine_the_build_and_the_command(self):
        provenance = json.dumps(self.done.records[0]["provenance"])
        for word in ("commit", "compiler", "cpu", "governor", "command", "test.toml"):
            self.assertIn(word, provenance)

    def test_records_follow_the_schema(self):
        self.assert_follow_schema("record", self.done.lines_of("record"))

    def test_the_lines_around_them_follow_theirs(self):
        first, *_, last = self.done.lines
        self.assertEqual((first["type"], last["type"]), ("run", "end"))
        self.assert_follow_schema("run", [first, last])

    def test_traces_follow_theirs(self):
        files = sorted((self.done.folder / "traces").iterdir())
        traces = [json.loads(gzip.decompress(file.read_bytes())) for file in files]
        self.assert_follow_schema("trace", traces)


if __name__ == "__main__":
    unittest.main()
