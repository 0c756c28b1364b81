"""Operations one at a time: which vary, which raise; and what the probes find."""

import csv
import io
import os
import pathlib
import subprocess
import unittest

from suite_run import SuiteTest, suite_text

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
PAGE = pathlib.Path(__file__).resolve().parents[2] / "framework/docs/operators.md"
TWO_THREADS = [{"name": "cpu", "threads": 2}]
# Six replicas of eleven steps, each of which is a race: on a loaded machine one thread may have done
# all the work of a step before the other woke, but not of nearly every replica's last.
STEP = {"replicas": 6, "steps": 10, "warmup": 0, "blocks": 1}


def operator(op):
    # As an array of one value names it.
    return {"name": "op", "plugin": "operators", "size": 500_000, "op": [op]}


class Operators(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        models = {
            "name": "op",
            "plugin": "operators",
            "size": 500_000,
            "op": ["index_put_accumulate", "max_unpool2d", "put", "cumsum"],
        }
        cls.done = cls.run_suite(
            suite_text([models], backends=TWO_THREADS, modes=["fixed", "impl"], step=STEP)
            + '\n[parity]\ncheck = "never"\n'
        )

    def states(self, op, mode):
        records = self.done.records_of(f"op.{op}/cpu/{mode}/step")
        self.assertEqual([one["outcome"]["status"] for one in records], ["passed"] * 6)
        return {one["state_hash"] for one in records}

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_adding_at_indices_varies_in_impl_and_is_one_in_fixed(self):
        self.assertGreater(len(self.states("index_put_accumulate", "impl")), 1)
        self.assertEqual(len(self.states("index_put_accumulate", "fixed")), 1)

    def test_one_that_does_not_race_is_the_same_in_both(self):
        self.assertEqual(len(self.states("cumsum", "impl") | self.states("cumsum", "fixed")), 1)

    def test_one_that_raises_is_skipped_in_fixed_with_its_own_words(self):
        for op, word in ("put", "put_"), ("max_unpool2d", "max_unpool"):
            records = self.done.records_of(f"op.{op}/cpu/fixed/step")
            self.assertTrue(records)
            for record in records:
                self.assertEqual(record["outcome"]["status"], "skipped")
                self.assertRegex(
                    record["outcome"]["reason"],
                    f"raises: {word}.* does not have a deterministic implementation$",
                )
            self.assertTrue(self.states(op, "impl"))

    def test_the_documented_query_has_a_verdict_on_each(self):
        query = PAGE.read_text().split("```sql\n")[1].split("```")[0]
        results = self.done.folder.parent
        for command in ["ingest"], ["query", query]:
            done = subprocess.run(
                [NDBENCH, *command, f"--results={results}"],
                capture_output=True,
                text=True,
                check=True,
            )
        rows = {row["op"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
        self.assertEqual(set(rows), {"index_put_accumulate", "max_unpool2d", "put", "cumsum"})
        # Where one thread came first in a whole replica of impl, its bits are fixed's.
        self.assertRegex(
            rows["index_put_accumulate"]["verdict"], "^varies(, switches: other (bits|time))?$"
        )
        self.assertRegex(rows["put"]["verdict"], "^(varies|steady), raises$")
        self.assertRegex(rows["cumsum"]["verdict"], "^steady(, switches: other time)?$")
        for op in "index_put_accumulate", "cumsum":
            low, ratio, high = (float(rows[op][key]) for key in ("low", "ratio", "high"))
            self.assertTrue(0 < low <= ratio <= high)


class Epochs(SuiteTest):
    def test_evaluate_against_float64(self):
        run = self.run_suite(suite_text([operator("mm")], epoch={"replicas": 1}))
        self.assert_exit(run, 0)
        (record,) = run.records
        evaluation = record["samples"]["epochs"][-1]["evaluation"]
        self.assertEqual(evaluation["metric"], "relative_error")
        self.assertTrue(0 < evaluation["value"] < 1e-5, evaluation)

    def test_a_name_that_is_no_operation_is_a_bad_suite(self):
        run = self.run_suite(suite_text([operator("index_puut")], epoch={"replicas": 1}))
        self.assert_exit(run, 3)
        self.assertIn("index_puut", run.stderr)


class Probes(SuiteTest):
    def test_say_in_words_what_they_found(self):
        order = {"name": "order", "plugin": "probes", "op": ["sum", "mm"]}
        batch = {"name": "batch", "plugin": "probes", "probe": "batch_invariance", "batch": 8}
        step = {"replicas": 2, "steps": 1, "warmup": 0, "blocks": 1}
        run = self.run_suite(suite_text([order, batch], backends=TWO_THREADS, step=step))
        self.assert_exit(run, 0)
        for op in "sum", "mm":
            for record in run.records_of(f"order.{op}/cpu/fixed/step"):
                self.assertRegex(record["in_force"]["sum_order"], r"^[a-z].*, depth \d+, ")
        for record in run.records_of("batch/cpu/fixed/step"):
            self.assertRegex(record["in_force"]["batch_differs"], r"^(none|\d+(, \d+)*)$")


if __name__ == "__main__":
    unittest.main()
