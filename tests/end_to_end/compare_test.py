"""ndbench compare: what is slower, worse or of other bits is named, and what is not comparable."""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from suite_run import SuiteTest, strict_json, suite_text

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
SEAL_LINES = pathlib.Path(os.environ["NDBENCH_TEST_SEAL_LINES"])
STEP = "null/cpu/fixed/step"
EPOCH = "null/cpu/noisy/epoch"
ODDS = (0.2, 0.9, 0.4, 0.6, 0.1, 0.8, 0.5, 0.3, 0.7, 0.45)
SUITE = suite_text(
    [{"name": "null", "step_microseconds": 500}],
    modes=["fixed", "noisy"],
    step={"replicas": 6, "steps": 4, "warmup": 0, "blocks": 1},
    epoch={"replicas": 10},
)


def google_benchmark(times, unit="ns", host="build7", **row):
    """A file as Google Benchmark 1.7.1 writes it, with an aggregate and a row that failed."""
    fields = {
        "name": "BM_Sum/8",
        "family_index": 0,
        "per_family_instance_index": 0,
        "run_name": "BM_Sum/8",
        "run_type": "iteration",
        "repetitions": len(times),
        "threads": 1,
    }
    rows = [
        fields
        | {
            "repetition_index": index,
            "iterations": 1000,
            "real_time": time,
            "cpu_time": time,
            "time_unit": unit,
        }
        | row
        for index, time in enumerate(times)
    ]
    mean = {"name": "BM_Sum/8_mean", "run_type": "aggregate", "aggregate_name": "mean"}
    rows.append(rows[0] | mean | {"real_time": 1e9, "aggregate_unit": "time"})
    error = {"name": "BM_Bad", "run_name": "BM_Bad", "real_time": 0.0, "cpu_time": 0.0}
    rows.append(rows[0] | error | {"error_occurred": True, "error_message": "no device"})
    context = {
        "date": "2026-11-22T10:00:00+00:00",
        "host_name": host,
        "executable": "./sums",
        "num_cpus": 8,
        "mhz_per_cpu": 2600,
        "cpu_scaling_enabled": False,
        "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}],
        "load_avg": [0.1, 0.2, 0.3],
        "library_build_type": "debug",
    }
    return json.dumps({"context": context, "benchmarks": rows}, indent=2)


class Compare(SuiteTest):
    """Two real runs, and copies of the first with other times, results, states and hosts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.run_suite(SUITE)
        cls.second = cls.run_suite(SUITE, "--benchmark_filter=/step", "--benchmark_out=rows.json")
        cls.runs = cls.folder / "runs"
        cls.runs.mkdir()
        for name, run in ("first", cls.first), ("second", cls.second):
            shutil.copytree(run.folder, cls.runs / name)

    def setUp(self):
        self.assert_exit(self.first, 0)
        self.assert_exit(self.second, 0)
        self.here = self.folder / self.id().rsplit(".", 1)[1]
        self.here.mkdir()

    def planted(self, name, change):
        """A copy of the first run below `self.runs`, with another id, changed line by line."""
        lines = copy.deepcopy(self.first.lines)
        for line in lines:
            del line["checksum"]
            if line["type"] == "run":
                line["run"] = name.encode().hex().ljust(32, "0")[:32]
            change(line)
        text = "".join(json.dumps(line) + "\n" for line in lines)
        sealed = subprocess.run(
            [SEAL_LINES], input=text, text=True, capture_output=True, check=True
        )
        folder = self.here / name
        shutil.copytree(self.first.folder, folder)
        (folder / "journal.jsonl").write_text(sealed.stdout)
        return folder

    def compare(self, *arguments):
        command = [NDBENCH, "compare", f"--results={self.runs}", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.here)

    def compared(self, *arguments):
        """What it says as strict JSON."""
        result = self.compare(*arguments, "--format=json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return strict_json(result.stdout)

    def change(self, comparison, benchmark, quantity):
        (change,) = [
            change
            for change in comparison["changes"]
            if change["benchmark"] == benchmark and change["quantity"] == quantity
        ]
        return change

    def assert_refused(self, result, code, *parts):
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_two_runs_of_one_suite_have_the_same_bits(self):
        comparison = self.compared("first", "second")
        self.assertEqual(comparison["version"], 1)
        bits = self.change(comparison, STEP, "bits")
        self.assertEqual(bits["verdict"], "SAME BITS")
        self.assertEqual(bits["replicas"], [6, 6])
        time = self.change(comparison, STEP, "time")
        self.assertEqual(time["replicas"], [6, 6])
        self.assertLess(time["interval"][0], time["ratio"])
        self.assertLess(time["ratio"], time["interval"][1])
        self.assertIn(EPOCH, comparison["only_a"])
        self.assertEqual(comparison["only_b"], [])
        text = self.compare("first", "second")
        self.assertEqual(text.returncode, 0)
        self.assertIn("SAME BITS", text.stdout)
        self.assertTrue(all(len(line) < 80 for line in text.stdout.splitlines()), text.stdout)
        page = self.compare("first", "second", "--format=md", "--out=page.md")
        self.assertEqual((page.returncode, page.stdout), (0, ""))
        self.assertIn(f"| SAME BITS | {STEP} |", (self.here / "page.md").read_text())

    def test_a_slow_down_of_ten_percent_is_found_and_comes_first(self):
        def slower(line):
            if line["type"] == "record" and line["name"] == STEP:
                samples = line["samples"]
                samples["step_seconds"] = [1.1 * seconds for seconds in samples["step_seconds"]]

        folder = self.planted("slower", slower)
        comparison = self.compared("first", folder)
        time = comparison["changes"][0]
        self.assertEqual((time["benchmark"], time["verdict"]), (STEP, "SLOWER"))
        self.assertAlmostEqual(time["ratio"], 1.1, places=9)
        self.assertLess(time["p"], 0.05)
        others = [change["verdict"] for change in comparison["changes"][1:]]
        self.assertNotIn("SLOWER", others)
        back = self.compared(folder, "first")
        self.assertEqual(self.change(back, STEP, "time")["verdict"], "FASTER")

    def test_a_flipped_bit_is_found(self):
        def flipped(line):
            if line["type"] == "record" and line["name"] == STEP:
                state = line["state_hash"]
                line["state_hash"] = state[:-1] + ("0" if state[-1] != "0" else "1")

        comparison = self.compared("first", self.planted("flipped", flipped))
        self.assertEqual(comparison["changes"][0]["verdict"], "OTHER BITS")
        self.assertEqual(comparison["changes"][0]["benchmark"], STEP)
        self.assertIn(" → ", comparison["changes"][0]["reason"])

    def test_results_and_their_spread_are_judged(self):
        def scattered(by, scale):
            def change(line):
                if line["type"] == "record" and line["name"] == EPOCH:
                    replica = line["replica"]
                    value = by + scale * ODDS[replica]
                    line["samples"]["epochs"][-1]["evaluation"]["value"] = value
                    line["state_hash"] = f"{replica:032x}"

            return change

        before = self.planted("before", scattered(0.5, 0.01))
        comparison = self.compared(before, self.planted("worse", scattered(0.4, 0.01)))
        self.assertEqual(self.change(comparison, EPOCH, "result")["verdict"], "WORSE")
        self.assertEqual(self.change(comparison, EPOCH, "spread")["verdict"], "SAME")
        comparison = self.compared(before, self.planted("wider", scattered(0.5, 0.1)))
        spread = self.change(comparison, EPOCH, "spread")
        self.assertEqual(spread["verdict"], "SPREADS MORE")
        self.assertAlmostEqual(spread["ratio"], 10.0, places=6)

    def test_unlike_targets_are_refused_with_what_differs(self):
        def elsewhere(line):
            if "provenance" in line:
                line["provenance"]["cpu_model"] = "Brand \x1b[2J Z9"
            if line["type"] == "record":
                line["libraries"]["LibTorch"] = "9.9.9"

        folder = self.planted("elsewhere", elsewhere)
        comparison = self.compared("first", folder)
        self.assertEqual({c["verdict"] for c in comparison["changes"]}, {"NOT COMPARABLE"})
        for change in comparison["changes"]:
            self.assertIn("cpu_model", change["reason"])
            self.assertIn("libraries LibTorch", change["reason"])
        text = self.compare("first", folder).stdout
        self.assertIn("NOT COMPARABLE", text)
        self.assertNotIn("\x1b", text)
        unlike = self.compared("first", folder, "--unlike")
        self.assertEqual(self.change(unlike, STEP, "bits")["verdict"], "SAME BITS")
        for change in unlike["changes"]:
            self.assertIn("cpu_model", change["targets_differ"])

    def test_other_parameters_are_another_benchmark(self):
        def longer(line):
            if line["type"] == "record" and line["name"] == STEP:
                line["parameters"]["step_microseconds"] = 600

        comparison = self.compared("first", self.planted("longer", longer), "--unlike")
        change = self.change(comparison, STEP, "all")
        self.assertEqual(change["verdict"], "NOT COMPARABLE")
        self.assertIn("parameter step_microseconds 500 / 600", change["reason"])

    def test_runs_are_found_by_id_commit_and_target(self):
        header = self.first.lines[0]
        by_id = self.compared(header["run"][:8], "second")
        self.assertEqual(by_id["a"]["run"], header["run"])
        # Both runs are of one commit and on one target: the second is newer.
        target = self.first.records[0]["target"]
        for name in header["provenance"]["commit"][:12], f"target:{target}":
            found = self.compared("first", name)
            self.assertEqual(found["b"]["source"], str(self.runs / "second"))

    def test_files_of_google_benchmark_are_read(self):
        times = [100.0, 101.0, 99.0, 100.5, 99.5, 100.2]
        (self.here / "a.json").write_text(google_benchmark(times))
        slower = [time * 1.1 / 1000 for time in times]
        (self.here / "b.json").write_text(google_benchmark(slower, unit="us"))
        comparison = self.compared("a.json", "b.json")
        time = self.change(comparison, "BM_Sum/8", "time")
        self.assertEqual(time["verdict"], "SLOWER")
        self.assertAlmostEqual(time["ratio"], 1.1, places=9)
        self.assertEqual(time["replicas"], [6, 6])
        self.assertIn("no device", self.change(comparison, "BM_Bad", "all")["reason"])
        self.assertTrue(any("within one process" in note for note in comparison["notes"]))
        (self.here / "c.json").write_text(google_benchmark(times, host="build8"))
        elsewhere = self.change(self.compared("a.json", "c.json"), "BM_Sum/8", "all")
        self.assertIn("host_name build7 / build8", elsewhere["reason"])
        (self.here / "d.json").write_text(google_benchmark(times, threads=4))
        threads = self.change(self.compared("a.json", "d.json"), "BM_Sum/8", "all")
        self.assertIn("threads 1 / 4", threads["reason"])

    def test_rows_of_a_run_are_replicas(self):
        (rows,) = self.folder.glob("*/rows.json")
        shutil.copy(rows, self.here / "again.json")
        comparison = self.compared(rows, "again.json")
        self.assertTrue(comparison["a"]["replicas_are_processes"])
        self.assertEqual(self.change(comparison, STEP, "time")["ratio"], 1.0)
        mixed = self.change(self.compared("first", rows), STEP, "all")
        self.assertEqual(mixed["verdict"], "NOT COMPARABLE")
        mixed = self.change(self.compared("second", rows, "--unlike"), STEP, "time")
        self.assertAlmostEqual(mixed["ratio"], 1.0, places=9)
        self.assertIn("cpu_model", mixed["targets_differ"])

    def test_wrong_arguments_are_mistakes_in_usage(self):
        self.assert_refused(self.compare("first"), 2, "two runs, A and B")
        self.assert_refused(self.compare(), 2, "two runs, A and B")
        self.assert_refused(self.compare("first", "second", "third"), 2, "'third' is not known")
        self.assert_refused(self.compare("first", "first"), 2, "A and B are the same")
        self.assert_refused(self.compare("first", self.first.folder), 2, "A and B are the same")
        self.assert_refused(self.compare("first", "nowhere"), 2, "'nowhere' is no file")
        self.assert_refused(self.compare("first", "./nowhere.json"), 2, "'./nowhere.json'")
        self.assert_refused(self.compare("first", "target:0"), 2, "first 4 hexadecimal digits")
        self.assert_refused(self.compare("first", "target:0000"), 2, "target '0000'")
        command = [NDBENCH, "compare", "nowhere.json", "x.json"]  # there is no ndbench_results
        absent = subprocess.run(command, capture_output=True, text=True, cwd=self.here)
        self.assert_refused(absent, 2, "'nowhere.json' is no file")
        for threshold in "0", "2", "nan", "-1%", "soon":
            refused = self.compare("first", "second", f"--threshold={threshold}")
            self.assert_refused(refused, 2, "--threshold")
        self.assert_refused(self.compare("first", "second", "--format=xml"), 2, "text, md, json")

    def test_files_of_other_kinds_are_named_and_not_read(self):
        for name, content, part in [
            ("cut.json", google_benchmark([1.0])[:-20], "parse error"),
            ("bare.json", google_benchmark([float("nan")]), "parse error"),
            ("twice.json", '{"context": {}, "context": {}, "benchmarks": []}', "stands twice"),
            ("other.json", '{"groups": []}', "it has no 'context' with 'benchmarks'"),
            ("list.json", "[" * 100000 + "]" * 100000, "it has no 'context'"),
            ("zero.json", google_benchmark([0.0]), "took 0 seconds"),
            ("text.json", google_benchmark([1.0], real_time="soon"), "must be number"),
            ("unit.json", google_benchmark([1.0], unit="fortnight"), "'fortnight' is no time_unit"),
            ("empty.json", "", "parse error"),
        ]:
            with self.subTest(name):
                (self.here / name).write_text(content)
                self.assert_refused(self.compare("first", name), 13, name, part)
        damaged = self.here / "damaged"
        shutil.copytree(self.first.folder, damaged)
        with open(damaged / "journal.jsonl", "r+b") as journal:
            journal.seek(200)
            journal.write(b"#")
        self.assert_refused(self.compare("first", damaged), 13, "journal.jsonl")


if __name__ == "__main__":
    unittest.main()
