"""Many runs at once on one results folder: each keeps its rows, and the database has them all."""

import sqlite3
import unittest

from suite_run import Run, SuiteTest, suite_text

RUNS = 16
SUITE = suite_text(
    ["null"],
    modes=["fixed"],
    step={"replicas": 1, "steps": 2, "blocks": 1},
    epoch={"replicas": 1, "epochs": 1},
)


class Concurrency(SuiteTest):
    def test_sixteen_runs_lose_nothing_and_wait_for_each_other(self):
        results = self.folder / "shared"
        started = [self.start(SUITE, f"--results={results}") for _ in range(RUNS)]
        for process in started:
            self.addCleanup(process.kill)
        for process in started:
            stdout, stderr = process.communicate(timeout=self.timeout)
            self.assertEqual(process.returncode, 0, stderr)
            self.assertNotIn("database is locked", stdout + stderr)
        folders = Run(process, stdout, stderr, results).folders
        self.assertEqual(len(folders), RUNS)
        with sqlite3.connect(results / "ndbench.db") as database:
            rows = database.execute(
                "SELECT fragment.name, count(*) FROM fragment "
                "JOIN record ON record.run = fragment.run GROUP BY fragment.name ORDER BY 1"
            ).fetchall()
            checked = database.execute("PRAGMA integrity_check").fetchall()
        database.close()
        self.assertEqual(checked, [("ok",)])
        self.assertEqual(rows, [(folder.name, 2) for folder in folders])
        self.assertFalse(list(results.rglob("*.partial")))


if __name__ == "__main__":
    unittest.main()
