"""ndbench report: every format is taken by a reader that ndbench has no part in."""

import csv
import io
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from suite_run import SuiteTest, strict_json, suite_text

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
GOLDEN = pathlib.Path(os.environ["NDBENCH_TEST_SOURCE"]) / "tests" / "golden"
COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")  # of Debian's libbenchmark-tools

ALL_FORMATS = (
    *("html", "svg", "md", "summary", "json", "csv"),
    *("junit", "bmf", "gha", "lnt", "otava", "prom"),
)

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
# As bencher.dev/docs/reference/bencher-metric-format describes it.
BMF = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": "object",
            "properties": {"value": NUMBER, "lower_value": NUMBER, "upper_value": NUMBER},
            "required": ["value"],
            "additionalProperties": False,
        },
    },
}
# As the README of benchmark-action/github-action-benchmark describes it.
GHA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": NAME, "unit": NAME, "value": NUMBER, "range": TEXT, "extra": TEXT},
        "required": ["name", "unit", "value"],
        "additionalProperties": False,
    },
}
# As docs/importing_data.rst of llvm/llvm-lnt describes it, with the metrics of the suite nts.
LNT_SAMPLES = {"type": "array", "items": NUMBER, "minItems": 1}
LNT_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"}
LNT = {
    "type": "object",
    "properties": {
        "format_version": {"const": "2"},
        "machine": {"type": "object", "additionalProperties": TEXT, "required": ["name"]},
        "run": {
            "type": "object",
            "properties": {
                "start_time": LNT_TIME,
                "end_time": LNT_TIME,
                "llvm_project_revision": {"type": "string", "pattern": r"^\d+$"},
            },
            "additionalProperties": TEXT,
            "required": ["start_time", "end_time", "llvm_project_revision"],
        },
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": NAME,
                    "execution_time": LNT_SAMPLES,
                    "execution_status": {"enum": [0, 1]},
                    "score": LNT_SAMPLES,
                    "mem_bytes": NUMBER,
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["format_version", "machine", "run", "tests"],
    "additionalProperties": False,
}
# What junit-10.xsd of jenkinsci/xunit-plugin allows: attributes, those of them that are required,
# and elements within.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp"}
        | {"hostname", "id", "package", "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "failure": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
    "system-err": (set(), set(), set()),
}
# compare.py takes two functions from SciPy, of which --no-utest leaves one.
SCIPY = """
import numpy
def gmean(values):
    return numpy.exp(numpy.mean(numpy.log(values), axis=0))
def mannwhitneyu(*arguments, **options):
    raise NotImplementedError
"""


def ndbench_report(*arguments, cwd=None):
    return subprocess.run(
        [NDBENCH, "report", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def without_failures(text):
    """As report_formats.md says: compare.py takes no row without a time."""
    return subprocess.run(
        ["jq", "del(.benchmarks[] | select(.real_time == null))"],
        input=text,
        text=True,
        capture_output=True,
        check=True,
    ).stdout


def in_milliseconds(seconds):
    return 1e3 * seconds


class Readers(SuiteTest):
    """What a reader makes of each format."""

    def read_schema(self, schema, text):
        import jsonschema

        document = strict_json(text)
        jsonschema.Draft202012Validator(schema).validate(document)
        return document

    def read_junit(self, text):
        """The root, with every element as junit-10.xsd has it."""
        root = ElementTree.fromstring(text)
        self.assertEqual(root.tag, "testsuites")
        for element in root.iter():
            allowed, required, within = JUNIT[element.tag]
            self.assertLessEqual(set(element.attrib), allowed, element.tag)
            self.assertLessEqual(required, set(element.attrib), element.tag)
            self.assertLessEqual({child.tag for child in element}, within, element.tag)
        for suite in root:
            count = {tag: len(suite.findall(f"testcase/{tag}")) for tag in JUNIT}
            self.assertEqual(suite.get("tests"), str(len(suite.findall("testcase"))))
            for attribute, tag in ("failures", "failure"), ("errors", "error"), ("skipped",) * 2:
                self.assertEqual(suite.get(attribute), str(count[tag]))
            for case in suite.findall("testcase"):
                if case.get("time") is not None:
                    self.assertGreater(float(case.get("time")), 0.0)
        return root

    def read_prometheus(self, text):
        """Samples by name and benchmark, as Prometheus' own client reads them."""
        from prometheus_client.parser import text_string_to_metric_families

        samples = {}
        for family in text_string_to_metric_families(text):
            self.assertEqual(family.type, "gauge", family.name)
            self.assertTrue(family.documentation, family.name)
            for sample in family.samples:
                self.assertEqual(sample.name, family.name)
                self.assertTrue(math.isfinite(sample.value), sample)
                self.assertIsNone(sample.timestamp)  # the textfile collector takes none
                key = (sample.name, tuple(sorted(sample.labels.items())))
                self.assertNotIn(key, samples)
                samples[key] = sample
        self.assertTrue(samples)
        return list(samples.values())

    def read_csv(self, text):
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        for row in rows:
            for cell in row:
                self.assertFalse(cell.startswith(("=", "+", "@", "\t", "\r")), cell)
        return rows

    def compare(self, text):
        """What Google Benchmark's compare.py prints of a report and itself, and its own JSON."""
        file = self.folder / "report.json"
        file.write_text(text)
        library = self.folder / "library"
        (library / "scipy").mkdir(parents=True, exist_ok=True)
        (library / "scipy" / "__init__.py").touch()
        (library / "scipy" / "stats.py").write_text(SCIPY)
        dump = self.folder / "compared.json"
        run = subprocess.run(
            [sys.executable, "-B", COMPARE, "--no-color", "--no-utest", "-d", dump]
            + ["benchmarks", file, file],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(library)},
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout, json.loads(dump.read_text())


class Formats(Readers):
    """Of a run of the suite smoke."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.csv_file = cls.folder / "run.csv"
        cls.run_done = cls.run_suite(
            "smoke",
            "--benchmark_format=json",
            f"--benchmark_out={cls.csv_file}",
            "--benchmark_out_format=csv",
        )
        cls.names = list(
            dict.fromkeys(record["name"] for record in cls.run_done.json["benchmarks"])
        )

    def setUp(self):
        self.assert_exit(self.run_done, 0)
        self.measured = [
            name for name in self.names if not re.search(r"_(mean|median|stddev|cv)$", name)
        ]
        self.assertEqual(len(self.measured), 8)

    def report(self, name):
        done = ndbench_report(f"{self.run_done.folder}", f"--format={name}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_json_has_the_rows_that_the_run_printed(self):
        document = strict_json(self.report("json"))
        self.assertEqual(document["benchmarks"], self.run_done.json["benchmarks"])
        printed = self.run_done.json["context"]
        for key, value in document["context"].items():
            if key in printed and key not in ("date", "executable", "caches", "load_avg"):
                self.assertEqual(value, printed[key], key)

    def test_json_is_compared_by_google_benchmark(self):
        text, rows = self.compare(self.report("json"))
        for name in self.names:
            self.assertIn(name, text)
        self.assertLessEqual(set(self.names), {row["name"] for row in rows})

    def test_csv_has_the_rows_that_the_run_wrote(self):
        import pandas

        text = self.report("csv")
        self.assertEqual(text, self.csv_file.read_text())
        self.assertEqual([row[0] for row in self.read_csv(text)[1:]],
                         [row["name"] for row in self.run_done.json["benchmarks"]])
        frame = pandas.read_csv(io.StringIO(text))
        self.assertGreater(frame[frame.name == self.measured[0]].real_time.min(), 0.0)

    def test_summary_is_the_runs_own(self):
        self.assertEqual(self.report("summary"),
                         (self.run_done.folder / "summary.json").read_text())

    def test_markdown_has_its_tables(self):
        import markdown

        page = markdown.markdown(self.report("md"), extensions=["tables"])
        for text in ("noisy", "fixed"):
            self.assertRegex(page, f"<td[^>]*>{text}</td>")
        # Of each of two backends: a row for each of two modes, of steps and of epochs.
        tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
        rows = [row for row in re.findall(r"<tr>\n<td.*?</tr>", "".join(tables), re.DOTALL)]
        self.assertGreaterEqual(len(rows), 8)

    def test_junit_has_a_case_for_each_benchmark(self):
        root = self.read_junit(self.report("junit"))
        self.assertEqual([suite.get("name") for suite in root],
                         ["autoencoder/cpu", "autoencoder/onednn"])
        cases = root.findall("testsuite/testcase")
        self.assertEqual({case.get("name") for case in cases}, set(self.measured))
        for case in cases:
            self.assertEqual([child.tag for child in case], ["system-out"])

    def test_times_are_the_same_everywhere(self):
        bmf = self.read_schema(BMF, self.report("bmf"))
        entries = self.read_schema(GHA, self.report("gha"))
        gha = {entry["name"]: entry["value"] for entry in entries}
        tests = self.read_schema(LNT, self.report("lnt"))["tests"]
        lnt = {test["name"]: test for test in tests}
        samples = self.read_prometheus(self.report("prom"))
        prometheus = {
            sample.labels["benchmark"]: sample.value
            for sample in samples
            if sample.name == "ndbench_iteration_seconds"
        }
        self.assertEqual(set(bmf), set(self.measured))
        self.assertEqual(set(lnt), set(self.measured))
        for name in self.measured:
            seconds = statistics.median(lnt[name]["execution_time"])
            self.assertAlmostEqual(bmf[name]["latency"]["value"] / 1e9, seconds)
            self.assertAlmostEqual(gha[name + " time"], in_milliseconds(seconds))
            self.assertAlmostEqual(prometheus[name], seconds)
            self.assertEqual(lnt[name]["execution_status"], 0)
            self.assertGreater(lnt[name]["mem_bytes"], 1e6)

    def test_costs_and_results_are_the_summarys(self):
        bmf = strict_json(self.report("bmf"))
        summary = strict_json(self.report("summary"))
        for group in summary["groups"]:
            for mode in group["modes"]:
                name = f"{group['model']}/{group['backend']}/{mode['mode']}/{group['scope']}"
                if "ratio" in mode:
                    self.assertAlmostEqual(bmf[name]["overhead"]["value"], mode["ratio"] - 1.0)
                if "spread" in mode:
                    metric = mode["spread"]["metric"]
                    self.assertIn(f"quality-{metric}", bmf[name])

    def test_otava_has_a_row_for_the_run(self):
        import pandas

        text = self.report("otava")
        rows = self.read_csv(text)
        self.assertEqual(rows[0][:3], ["time", "run", "commit"])
        frame = pandas.read_csv(io.StringIO(text), parse_dates=["time"])
        self.assertEqual(len(frame), 1)
        self.assertFalse(frame.isna().any().any())
        for name in self.measured:
            has_results = name.endswith("/epoch")  # two replicas are too few for times
            self.assertEqual(any(column.startswith(name) for column in frame.columns), has_results)

    def test_histories_are_found_however_the_folder_is_spelled(self):
        folder = self.run_done.folder
        expected = self.report("otava")
        for cwd, name in ((folder, "./"), (folder, "./."), (folder.parent, f"{folder.name}/"),
                          (folder.parent, f"./{folder.name}/./"), (folder, f"../{folder.name}")):
            with self.subTest(name=name):
                done = ndbench_report(name, "--format=otava", cwd=cwd)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout, expected)

    def test_out_is_what_is_printed(self):
        for name in ("json", "junit", "prom"):
            file = self.folder / f"out.{name}"
            file.write_text("old")
            done = ndbench_report(self.run_done.folder, f"--format={name}", f"--out={file}")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            self.assertEqual(file.read_text(), self.report(name))


class Failures(Readers):
    """Of a run in which two benchmarks fail and one is skipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_done = cls.run_suite(
            suite_text(
                ["null", {"name": "crash", "plugin": "villain", "misdeed": "segfault"}, "nowhere"],
                modes=["noisy"],
                step={"replicas": 2, "steps": 3, "warmup": 1, "blocks": 1},
            )
        )

    def report(self, name):
        done = ndbench_report(f"{self.run_done.folder}", f"--format={name}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def setUp(self):
        self.assert_exit(self.run_done, 15)

    def test_are_errors_with_their_reasons_in_junit(self):
        root = self.read_junit(self.report("junit"))
        cases = {case.get("name"): case for case in root.findall("testsuite/testcase")}
        self.assertEqual(cases["null/cpu/noisy/step"].findall("error"), [])
        for name in ("crash/cpu/noisy/step", "nowhere/cpu/noisy/step"):
            (error,) = cases[name].findall("error")
            self.assertTrue(error.get("message"))
            self.assertIsNone(cases[name].get("time"))

    def test_are_never_numbers(self):
        _, rows = self.compare(without_failures(self.report("json")))
        names = [row["name"] for row in rows]
        self.assertIn("null/cpu/noisy/step", names)
        self.assertFalse([name for name in names if name.startswith(("crash", "nowhere"))])
        self.assertEqual(list(self.read_schema(BMF, self.report("bmf"))), ["null/cpu/noisy/step"])
        for entry in self.read_schema(GHA, self.report("gha")):
            self.assertTrue(entry["name"].startswith("null/"))
        for test in self.read_schema(LNT, self.report("lnt"))["tests"]:
            fails = not test["name"].startswith("null/")
            self.assertEqual("execution_time" in test, not fails)
            self.assertEqual(test["execution_status"], int(fails))
        for sample in self.read_prometheus(self.report("prom")):
            if not sample.labels.get("benchmark", "null/").startswith("null/"):
                self.assertEqual(sample.name, "ndbench_replicas")


class HostileNames(Readers):
    """The golden files, whose names hold what could break a format."""

    def golden(self, name):
        return (GOLDEN / f"report.{name}").read_text()

    def test_are_read_back(self):
        self.read_schema(BMF, self.golden("bmf"))
        self.read_schema(GHA, self.golden("gha"))
        self.read_schema(LNT, self.golden("lnt"))
        self.read_csv(self.golden("csv"))
        self.read_csv(self.golden("otava"))
        text, _ = self.compare(without_failures(self.golden("json")))
        self.assertIn("m/cpu/fixed/step", text)

    def test_are_one_label_each_in_prometheus(self):
        shown = "=a\"b'<c>&d,e|f\\g\\x0ah\\x1b[31m\\xff"
        samples = self.read_prometheus(self.golden("prom"))
        models = {sample.labels.get("model") for sample in samples}
        self.assertIn(shown, models)

    def test_are_one_attribute_each_in_junit(self):
        root = self.read_junit(self.golden("junit"))
        (suite,) = [suite for suite in root if suite.get("name").startswith("=a")]
        self.assertEqual(suite.get("name"), "=a\"b'<c>&d,e|f\\g\\x0ah\\x1b[31m\\xff/cpu")
        kinds = {
            case.get("name").split("/")[0]: [child.tag for child in case if child.tag in
                                             ("error", "failure", "skipped")]
            for case in root.findall("testsuite/testcase")
        }
        self.assertEqual(kinds["crash"], ["error"])
        self.assertEqual(kinds["breach"], ["failure"])
        self.assertEqual(kinds["wrong"], ["failure"])
        self.assertEqual(kinds["never"], ["skipped"])


class Killed(SuiteTest):
    """A run whose supervisor was killed: its database lacks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        suite = suite_text(["null"], modes=["noisy"],
                           step={"replicas": 4, "steps": 2, "warmup": 0, "blocks": 1})
        cls.whole = cls.run_suite(suite)
        process = cls.start(suite, f"--results={cls.whole.folder.parent}")
        while line := process.stderr.readline():
            if line.startswith("[2/"):
                break
        process.kill()
        process.communicate()
        folders = set(cls.whole.folder.parent.glob("*/")) - {cls.whole.folder}
        (cls.killed,) = folders

    def test_is_told_in_every_format_but_that_of_histories(self):
        for name in ALL_FORMATS:
            with self.subTest(name=name):
                done = ndbench_report(self.killed, f"--format={name}")
                if name == "otava":
                    self.assertEqual((done.returncode, done.stdout), (13, ""))
                    self.assertIn("ndbench ingest", done.stderr)
                    continue
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual("the run is not in the database" in done.stdout, name == "html")

    def test_leaves_the_histories_of_others(self):
        done = ndbench_report(self.whole.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("not in the database", done.stdout)


class BadInput(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(["null"], modes=["noisy"],
                       step={"replicas": 1, "steps": 2, "warmup": 0, "blocks": 1})
        )

    def copied_run(self):
        folder = self.folder / self.id().rsplit(".", 1)[1]
        shutil.copytree(self.done.folder, folder)
        return folder

    def assert_refused(self, code, parts, *arguments):
        done = ndbench_report(*arguments)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("ndbench: "), done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_an_unknown_format_names_the_nearest(self):
        nearest = ["'jnit'", "did you mean 'junit'"]
        self.assert_refused(2, nearest, self.done.folder, "--format=jnit")

    def test_a_folder_that_is_no_run(self):
        self.assert_refused(2, ["is no run's folder"], self.folder, "--format=json")

    def test_a_damaged_journal(self):
        folder = self.copied_run()
        journal = folder / "journal.jsonl"
        journal.write_text(journal.read_text().replace('"replica":0', '"replica":1', 1))
        out = self.folder / "untouched"
        out.write_text("old")
        self.assert_refused(13, ["journal.jsonl"], folder, f"--out={out}")
        self.assertEqual(out.read_text(), "old")

    def test_a_missing_suite(self):
        folder = self.copied_run()
        (folder / "suite.toml").unlink()
        self.assert_refused(13, ["suite.toml"], folder, "--format=csv")

    def test_otava_without_a_database(self):
        self.assert_refused(13, ["ndbench ingest"], self.copied_run(), "--format=otava")

    def test_an_unreadable_database_is_in_the_way_of_histories_alone(self):
        results = self.folder / "garbled"
        shutil.copytree(self.done.folder, results / self.done.folder.name)
        folder = results / self.done.folder.name
        for content in (b"no database" * 100, b""):
            (results / "ndbench.db").write_bytes(content)
            for name in ALL_FORMATS:
                with self.subTest(name=name, content=content[:11]):
                    if name == "otava":
                        self.assert_refused(13, ["ndbench.db"], folder, "--format=otava")
                        continue
                    done = ndbench_report(folder, f"--format={name}")
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertEqual("beside the run cannot be read" in done.stdout,
                                     name == "html")
            self.assertEqual((results / "ndbench.db").read_bytes(), content)

    def test_a_full_disk(self):
        link = self.folder / "full"
        link.symlink_to("/dev/full")
        self.assert_refused(13, ["No space left"], self.done.folder, "--format=prom",
                            f"--out={link}")
        self.assertTrue(link.is_symlink())

    def test_a_folder_that_is_not_there(self):
        missing = self.folder / "missing" / "report.json"
        self.assert_refused(13, ["missing", "--out"], self.done.folder, f"--out={missing}")
        self.assertFalse(missing.parent.exists())


if __name__ == "__main__":
    unittest.main()
