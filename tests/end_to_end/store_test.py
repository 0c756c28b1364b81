"""ndbench ingest and ndbench query, as a user runs them, on results of this and other machines."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from suite_run import strict_json

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
SEAL_LINES = pathlib.Path(os.environ["NDBENCH_TEST_SEAL_LINES"])
INDEX_RUNS = pathlib.Path(os.environ["NDBENCH_TEST_INDEX_RUNS"])
SOURCE = pathlib.Path(os.environ["NDBENCH_TEST_SOURCE"])


def run_line(number):
    return {
        "type": "run",
        "version": 1,
        "run": f"{number:032x}",
        "started": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
        "plan": [],
        "provenance": {"host_name": "h", "commit": "c0ffee"},
    }


def record(mode, replica, quality=0.5, **members):
    epoch = {
        "train_seconds": 2.0,
        "evaluate_seconds": 1.0,
        "cpu_seconds": 3.0,
        "examples": 60,
        "loss": 0.25,
        "evaluation": {"metric": "accuracy", "value": quality, "higher_is_better": True},
    }
    return {
        "type": "record",
        "version": 5,
        "name": f"m/cpu/{mode}/epoch",
        "model": "m",
        "backend": "cpu",
        "mode": mode,
        "scope": "epoch",
        "replica": replica,
        "jobs": 1,
        "outcome": {"status": "passed"},
        "target": "00000000000000ff",
        "state_hash": f"{replica:032x}",
        "samples": {"epochs": [epoch]},
    } | members


class StoreTest(unittest.TestCase):
    timeout = 300  # only so that a hanging program fails its test and not the whole run

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="ndbench_")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.results = self.folder / "ndbench_results"
        self.results.mkdir()

    def fragment(self, name, lines, results=None):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        sealed = subprocess.run([SEAL_LINES], input=text, text=True, capture_output=True, check=True)
        folder = (results or self.results) / name
        (folder / "arrays").mkdir(parents=True, exist_ok=True)
        (folder / "journal.jsonl").write_text(sealed.stdout)
        return folder

    def ndbench(self, *arguments):
        return subprocess.run(
            [NDBENCH, *arguments], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=self.timeout,
        )

    def ingest(self, *arguments, code=0):
        run = self.ndbench("ingest", *arguments)
        self.assertEqual(run.returncode, code, run.stderr)
        return run

    def count(self, table="record"):
        run = self.ndbench("query", "--format=json", f"SELECT count(*) AS n FROM {table}")
        self.assertEqual(run.returncode, 0, run.stderr)
        return strict_json(run.stdout)[0]["n"]


class Ingest(StoreTest):
    def test_indexes_what_is_not_yet(self):
        self.fragment("a", [run_line(1), record("fixed", 0), record("fixed", 1)])
        self.assertIn("1 fragments, 0 copied; 2 new rows; 0 left out", self.ingest().stdout)
        self.fragment("b", [run_line(2), record("fixed", 0)])
        self.assertIn("2 fragments, 0 copied; 1 new rows; 0 left out", self.ingest().stdout)
        self.assertIn("0 new rows", self.ingest().stdout)
        self.assertEqual(self.count(), 3)

    def test_takes_more_of_a_run_that_goes_on(self):
        folder = self.fragment("a", [run_line(1), record("fixed", 0)])
        with open(folder / "journal.jsonl", "a") as journal:
            journal.write('{"checksum":"01')
        self.ingest()
        self.assertEqual(self.count(), 1)
        self.fragment("a", [run_line(1), record("fixed", 0), record("fixed", 1)])
        self.ingest()
        self.assertEqual(self.count(), 2)

    def test_names_a_damaged_fragment_and_takes_the_others(self):
        folder = self.fragment("a", [run_line(1), record("fixed", 0), record("fixed", 1)])
        text = (folder / "journal.jsonl").read_text()
        (folder / "journal.jsonl").write_text(text.replace('"replica":0', '"replica":7'))
        self.fragment("b", [run_line(2), record("fixed", 0)])
        run = self.ingest(code=13)
        self.assertIn("a/journal.jsonl:2: damaged: this line does not fit its checksum", run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1)
        self.assertIn("1 new rows; 1 left out", run.stdout)
        self.assertEqual(self.count(), 1)

    def test_copies_fragments_and_folders_of_them(self):
        elsewhere = self.folder / "elsewhere"
        a = self.fragment("a", [run_line(1), record("fixed", 0)], elsewhere)
        (a / "arrays" / "x.npy.gz").write_bytes(b"numbers")
        self.fragment("b", [run_line(2), record("fixed", 0)], elsewhere)
        self.assertIn("1 copied; 1 new rows", self.ingest(a).stdout)
        self.assertIn("1 copied; 1 new rows", self.ingest(elsewhere).stdout)
        self.assertIn("0 copied; 0 new rows", self.ingest(elsewhere, a, f"{a}/").stdout)
        self.assertEqual((self.results / "a/arrays/x.npy.gz").read_bytes(), b"numbers")
        renamed = self.folder / "renamed"
        shutil.copytree(a, renamed)
        self.assertIn("0 copied; 0 new rows", self.ingest(renamed).stdout)
        self.assertEqual(self.count(), 2)

    def test_names_what_is_no_fragment(self):
        run = self.ingest(self.folder / "nothing", code=13)
        self.assertIn("nothing", run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1)
        (self.folder / "empty").mkdir()
        self.assertIn("there is no journal.jsonl in it", self.ingest("empty", code=13).stderr)
        self.assertIn("is no folder", self.ingest("--results=none", code=13).stderr)

    def test_takes_nothing_of_a_fragment_with_a_link(self):
        folder = self.fragment("a", [run_line(1)], self.folder / "elsewhere")
        (folder / "arrays" / "passwd").symlink_to("/etc/passwd")
        self.assertIn("is a symbolic link", self.ingest(folder, code=13).stderr)
        self.assertFalse((self.results / "a").exists())

    def test_builds_a_damaged_database_again_and_keeps_the_damaged_one(self):
        self.fragment("a", [run_line(1), *(record("fixed", number) for number in range(200))])
        self.ingest()
        database = self.results / "ndbench.db"
        for number, damage in enumerate((b"", b"no database at all" * 300), start=1):
            content = bytearray(database.read_bytes())
            content[4096:] = (damage or b"\xff" * 4096) * (len(content) // 4096)
            if damage:
                content = damage
            database.write_bytes(content)
            run = self.ingest()
            bad = self.results / f"ndbench.db.bad-{number}"
            self.assertIn(f"set aside as '{bad.relative_to(self.folder)}'", run.stderr)
            self.assertEqual(bad.read_bytes(), bytes(content))
            self.assertEqual(self.count(), 200)

    def test_leaves_databases_that_are_not_its_own(self):
        self.fragment("a", [run_line(1)])
        self.ingest()
        file = self.results / "ndbench.db"
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        before = file.read_bytes()
        for arguments in (["ingest"], ["query", "cost"]):
            run = self.ndbench(*arguments)
            self.assertEqual(run.returncode, 13)
            self.assertIn("has schema version 99, this program knows up to", run.stderr)
        self.assertEqual(file.read_bytes(), before)

    def test_sixteen_at_once_lose_nothing_and_wait_for_each_other(self):
        sources = []
        for number in range(16):
            lines = [run_line(number), *(record("noisy", replica) for replica in range(50))]
            sources.append(self.fragment(f"run{number}", lines, self.folder / "elsewhere"))
        processes = [
            subprocess.Popen(
                [NDBENCH, "ingest", *sources[number:], *sources[:number]],
                cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for number in range(16)
        ]
        for process in processes:
            _, stderr = process.communicate(timeout=self.timeout)
            self.assertEqual((process.returncode, stderr), (0, ""))
        self.assertEqual(self.count(), 16 * 50)
        self.assertEqual(self.count("run"), 16)
        with sqlite3.connect(self.results / "ndbench.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()
        self.assertEqual(len([path for path in self.results.iterdir() if path.is_dir()]), 16)
        self.assertEqual(list(self.results.glob("*.partial")), [])

    def test_survives_two_hundred_kills(self):
        script = SOURCE / "ci" / "kill_store.py"
        run = subprocess.run(
            [sys.executable, script, "--kills=200", f"--program={INDEX_RUNS}"],
            text=True, capture_output=True,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("none lost, none in part, none twice", run.stdout)
        self.assertNotIn(" 0 runs acknowledged", run.stdout)


class Query(StoreTest):
    def setUp(self):
        super().setUp()
        self.fragment(
            "a",
            [run_line(1)]
            + [record(mode, replica, 0.5 + replica) for mode in ("fixed", "noisy") for replica in (0, 1)]
            + [record("fixed", 2, outcome={"status": "failed", "reason": "=1+1,\"\n\t", "exit_code": 12})],
        )
        self.ingest()

    def test_lists_views_that_all_answer(self):
        run = self.ndbench("query")
        views = [line.split()[0] for line in run.stdout.splitlines()]
        self.assertLessEqual(
            {"cost", "spread", "hashes", "failures", "latest", "history", "learning_curves"},
            set(views),
        )
        for view in views:
            rows = strict_json(self.ndbench("query", "--format=json", view).stdout)
            self.assertTrue(rows, view)
            table = list(csv.DictReader(io.StringIO(self.ndbench("query", view).stdout)))
            self.assertEqual([list(row) for row in table], [list(row) for row in rows])

    def test_every_column_is_documented(self):
        text = (SOURCE / "framework" / "docs" / "store.md").read_text()
        for line in self.ndbench("query").stdout.splitlines():
            view = line.split()[0]
            header = self.ndbench("query", f"SELECT * FROM {view} LIMIT 0").stdout.strip()
            section = re.search(rf"^### `{view}`$(.*?)(?=^##|\Z)", text, re.M | re.S)
            self.assertIsNotNone(section, view)
            for column in header.split(","):
                self.assertIn(f"`{column}`", section[1] + text.split("### ")[0], f"{view}.{column}")

    def test_neutralises_formulas_in_csv_and_keeps_them_in_json(self):
        sql = "SELECT reason FROM failures"
        rows = list(csv.reader(io.StringIO(self.ndbench("query", sql).stdout)))
        self.assertEqual(rows, [["reason"], ["'=1+1,\"\n\\x09"]])
        (row,) = strict_json(self.ndbench("query", "--format=json", sql).stdout)
        self.assertEqual(row["reason"], "=1+1,\"\n\t")

    def test_names_mistakes_in_sql_with_their_place(self):
        for sql, *parts in (
            ("SELECT foo FROM cost", "no such column: foo", "at byte 8: 'foo FROM cost'"),
            ("SELEC 1", "syntax error", "at byte 1"),
            ("sprad", "did you mean 'spread'?"),
            ("SELECT 1; SELECT 2", "one statement at a time"),
            ("-- nothing", "no statement"),
        ):
            run = self.ndbench("query", "--", sql)
            self.assertEqual((run.returncode, run.stdout), (2, ""), sql)
            self.assertEqual(run.stderr.count("\n"), 1)
            for part in parts:
                self.assertIn(part, run.stderr)

    def test_can_read_and_nothing_else(self):
        before = (self.results / "ndbench.db").read_bytes()
        for sql in (
            "DELETE FROM record",
            "INSERT INTO cell VALUES (9, 'a', 'b', 'c', 'd', 'e')",
            "CREATE TEMP TABLE x (a)",
            "DROP VIEW cost",
            "ATTACH '/tmp/other.db' AS other",
            "VACUUM INTO 'copy.db'",
            "PRAGMA user_version = 7",
            "PRAGMA journal_mode = DELETE",
            "SELECT load_extension('x')",
            "BEGIN IMMEDIATE",
            "EXPLAIN DELETE FROM record",
        ):
            run = self.ndbench("query", sql)
            self.assertEqual((run.returncode, run.stdout), (2, ""), f"{sql}: {run.stderr}")
        self.assertEqual((self.results / "ndbench.db").read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["ndbench_results"])

    def test_says_what_is_not_indexed(self):
        self.fragment("b", [run_line(2), record("fixed", 0)])
        run = self.ndbench("query", "SELECT 1 AS one")
        self.assertEqual((run.returncode, run.stdout), (0, "one\n1\n"))
        self.assertIn("1 of the runs in 'ndbench_results' are not in the database", run.stderr)
        self.ingest()
        self.assertEqual(self.ndbench("query", "SELECT 1").stderr, "")

    def test_says_how_to_get_a_database(self):
        run = self.ndbench("query", "--results=elsewhere", "cost")
        self.assertEqual(run.returncode, 13)
        self.assertIn("ndbench ingest --results=elsewhere", run.stderr)

    def test_the_documented_recipe_runs(self):
        text = (SOURCE / "framework" / "docs" / "store.md").read_text()
        (recipe,) = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
        self.assertLessEqual(len(recipe.splitlines()), 30)
        import gzip

        import numpy

        arrays = self.results / "a" / "arrays"
        with gzip.open(arrays / "predictions.npy.gz", "wb") as file:
            numpy.save(file, numpy.arange(6).reshape(2, 3))
        run = subprocess.run(
            [sys.executable, "-c", recipe], cwd=self.folder, text=True, capture_output=True
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("m/cpu/fixed/epoch", run.stdout)
        self.assertIn("(2, 3)", run.stdout)


if __name__ == "__main__":
    unittest.main()
