"""What is derived from replicas, what is refused, and the raw material that is kept."""

import ctypes
import ctypes.util
import gzip
import statistics
import unittest

from suite_run import SuiteTest, strict_json, suite_text

try:
    import numpy
except ImportError:
    numpy = None

XXHASH = ctypes.util.find_library("xxhash")
MODES = ("fixed", "noisy", "algo", "impl")


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def xxh3_128(content):
    function = ctypes.CDLL(XXHASH).XXH3_128bits
    function.restype = Hash128
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    value = function(content, len(content))
    return f"{value.high:016x}{value.low:016x}"


def run_scatter(test, replicas, model=None, **epoch):
    suite = suite_text(
        [model or "scatter"], modes=MODES, epoch={"replicas": replicas, "epochs": 3} | epoch
    )
    return test.run_suite(suite)


def summary_of(run):
    return strict_json((run.folder / "summary.json").read_text())


def modes_of(run):
    (group,) = summary_of(run)["groups"]
    return {mode["mode"]: mode for mode in group["modes"]}


class TenReplicas(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = run_scatter(cls, 10, target=0.7)

    def test_it_works(self):
        self.assert_exit(self.done, 0)

    def test_the_summary_holds_what_the_records_say(self):
        modes = modes_of(self.done)
        self.assertEqual(list(modes), ["noisy", "fixed", "algo", "impl"])
        for name, mode in modes.items():
            records = self.done.records_of(f"scatter/cpu/{name}/epoch")
            values = [r["samples"]["epochs"][-1]["evaluation"]["value"] for r in records]
            quality = mode["spread"]["quality"]
            self.assertEqual(quality["values"], values)
            self.assertAlmostEqual(quality["deviation"]["value"], statistics.stdev(values), 12)
            self.assertAlmostEqual(quality["range"], max(values) - min(values), 12)

    def test_churn_is_the_mean_disagreement_of_pairs(self):
        records = self.done.records_of("scatter/cpu/noisy/epoch")
        decisions = [r["samples"]["epochs"][-1]["evaluation"]["predictions"] for r in records]
        shares = [
            sum(a != b for a, b in zip(one, other)) / len(one)
            for i, one in enumerate(decisions)
            for other in decisions[i + 1 :]
        ]
        self.assertAlmostEqual(
            modes_of(self.done)["noisy"]["spread"]["churn"], statistics.mean(shares), 12
        )

    def test_what_repeats_has_a_spread_of_exactly_0_and_no_interval(self):
        for name in "fixed", "impl":
            with self.subTest(name):
                mode = modes_of(self.done)[name]
                self.assertEqual(mode["distinct_states"], 1)
                self.assertEqual(mode["spread"]["quality"]["deviation"]["value"], 0)
                self.assertEqual(
                    mode["spread"]["quality"]["deviation"]["interval"], [None, None]
                )
                self.assertEqual(mode["spread"]["churn"], 0)
        noisy = modes_of(self.done)["noisy"]["spread"]["quality"]["deviation"]
        self.assertLess(noisy["interval"][0], noisy["value"])

    def test_epochs_to_the_target_are_counted(self):
        for name in MODES:
            convergence = modes_of(self.done)[name]["spread"]["convergence"]
            self.assertEqual(convergence["target"], 0.7)
            self.assertEqual(len(convergence["epochs"]), 10)
            for epochs, record in zip(
                convergence["epochs"], self.done.records_of(f"scatter/cpu/{name}/epoch")
            ):
                values = [e["evaluation"]["value"] for e in record["samples"]["epochs"]]
                first = next((i for i, v in enumerate(values) if v >= 0.7), None)
                if first is None:
                    self.assertIsNone(epochs)
                elif first == 0:
                    self.assertEqual(epochs, 1)
                else:
                    part = (0.7 - values[first - 1]) / (values[first] - values[first - 1])
                    self.assertAlmostEqual(epochs, first + part, 12)
        self.assertIn("epochs to 0.7", self.done.stdout)

    def test_verdicts_are_given(self):
        (group,) = summary_of(self.done)["groups"]
        algo = next(c for c in group["comparisons"] if c["a"] == "algo")
        # The same seeds in both: the same decisions.
        self.assertEqual(algo["deviations"]["verdict"], "within noise")
        self.assertEqual(algo["means"]["verdict"], "within noise")
        fixed = next(c for c in group["comparisons"] if c["a"] == "fixed")
        self.assertEqual(fixed["means"]["verdict"], "refused")
        self.assertNotIn("too few", self.done.stdout)

    def test_targets_are_kept_once(self):
        for record in self.done.records:
            *earlier, last = record["samples"]["epochs"]
            self.assertEqual(last["evaluation"]["targets"], [i % 4 for i in range(40)])
            for epoch in earlier:
                self.assertNotIn("targets", epoch["evaluation"])

    def test_every_record_names_its_arrays(self):
        files = set()
        for record in self.done.records:
            name = record["name"].replace("/", ".") + f".{record['replica']}"
            for kind, shape in (
                ("logits", [40, 4]),
                ("predictions", [len(record["samples"]["epochs"]), 40]),
                ("targets", [1, 40]),
            ):
                stored = record["files"][kind]
                self.assertEqual(stored["file"], f"arrays/{name}.{kind}.npy.gz")
                self.assertEqual(stored["shape"], shape)
                files.add(self.done.folder / stored["file"])
        self.assertEqual(set((self.done.folder / "arrays").iterdir()), files)

    @unittest.skipUnless(XXHASH, "needs libxxhash")
    def test_the_hash_of_the_logits_is_that_of_their_file(self):
        for record in self.done.records:
            content = self.done.unpacked(record, "logits")
            self.assertEqual(xxh3_128(content), record["files"]["logits"]["hash"])

    @unittest.skipUnless(numpy, "needs python3-numpy")
    def test_numpy_reads_the_logits(self):
        for record in self.done.records:
            with gzip.open(self.done.folder / record["files"]["logits"]["file"]) as file:
                logits = numpy.load(file)
            self.assertEqual(logits.shape, (40, 4))
            self.assertEqual(logits.dtype, numpy.dtype("<f4"))
            decided = record["samples"]["epochs"][-1]["evaluation"]["predictions"]
            self.assertEqual(logits.argmax(axis=1).tolist(), decided)


class FewReplicas(SuiteTest):
    def test_verdicts_are_refused_and_planned(self):
        run = run_scatter(self, 3, target=0.7)
        self.assert_exit(run, 0)
        summary = summary_of(run)
        self.assertEqual(summary["verdicts"], 0)
        (group,) = summary["groups"]
        for mode in group["modes"][1:]:
            self.assertEqual(mode["cost"]["verdict"], "refused")
        for comparison in group["comparisons"]:
            for test in "means", "order", "deviations", "convergence":
                self.assertEqual(comparison[test]["verdict"], "refused")
                self.assertTrue(comparison[test]["refusal"])
        needs = {need["verdict"]: need["replicas"] for need in group["plan"]["needs"]}
        self.assertEqual(needs, {"the cost": 6, "the spread, and spreads between modes": 10})
        self.assertIn("3 replicas: too few to judge the spread", " ".join(run.stdout.split()))
        self.assertRegex(run.stdout, r"the cost: 3 more replicas, about \d+ (s|min)\.")
        # The numbers are there all the same.
        noisy = next(mode for mode in group["modes"] if mode["mode"] == "noisy")
        self.assertGreater(noisy["spread"]["quality"]["deviation"]["value"], 0)

    def test_a_model_without_logits_leaves_none(self):
        run = run_scatter(self, 2, model={"name": "scatter", "logits": False})
        self.assert_exit(run, 0)
        self.assertFalse((run.folder / "logits").exists())
        for record in run.records:
            self.assertNotIn("logits", record)
        for mode in modes_of(run).values():
            self.assertNotIn("logit_correlation", mode["spread"])
            self.assertIn("churn", mode["spread"])


class Targets(SuiteTest):
    def test_a_target_must_be_a_finite_number(self):
        for bad, complaint in ('"high"', "it must be a finite number"), ("nan", "must be a finite"):
            suite = suite_text(["scatter"], epoch={"replicas": 1}).replace(
                "replicas = 1", f"replicas = 1\ntarget = {bad}"
            )
            run = self.run_suite(suite)
            self.assert_exit(run, 3)
            self.assertIn("'target' is", run.stderr)
            self.assertIn(complaint, run.stderr)


if __name__ == "__main__":
    unittest.main()
