"""What each mode shows on a CPU: noise of the tooling alone, of the environment, of one ulp."""

import unittest

from suite_run import SuiteTest, suite_text, toml_table

# Gathers by index: enough nodes that two threads share every backward pass of indexing.
GRAPH = {
    "name": "graph",
    "plugin": "graph_convolution",
    "subset": 1600,
    "test_subset": 400,
    "batch_size": 400,
}
CNN = {"name": "small_cnn", "batch_size": 32, "subset": 256, "test_subset": 100}
TINY = {"name": "small_cnn", "batch_size": 8, "subset": 16, "test_subset": 10}
# The network that gathers is the same on both backends.
THREE_GROUPS = "--benchmark_filter=small_cnn|graph/cpu"
TWO_THREADS = [{"name": name, "threads": 2} for name in ("cpu", "onednn")]
SHORT = {"replicas": 1, "steps": 1, "warmup": 0, "blocks": 1}


def mode_table(name, **knobs):
    return toml_table("[[mode]]", {"name": name} | knobs)


def hashes(run, name):
    """The state hashes of a cell's replicas, all of which must have passed."""
    records = run.records_of(name)
    if not records or any(record["outcome"]["status"] != "passed" for record in records):
        raise AssertionError(f"{name}: {[record['outcome'] for record in records]}")
    return [record["state_hash"] for record in records]


class TwoThreads(SuiteTest):
    timeout = 1100  # some sixty workers: on a machine that is busy with others, too


class Noise(TwoThreads):
    """Where results differ with all seeds still, at two threads.

    Six replicas of eleven steps: on a loaded machine a thread may have done all the work of one
    replica before the other woke, but not of nearly every pass of all of them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [CNN, GRAPH],
                backends=TWO_THREADS,
                modes=["fixed", "impl", "ulp"],
                step={"replicas": 6, "steps": 10, "warmup": 0, "blocks": 1},
            ),
            THREE_GROUPS,
        )

    def states(self, model, mode):
        backends = ("cpu", "onednn") if model == "small_cnn" else ("cpu",)
        return [hashes(self.done, f"{model}/{backend}/{mode}/step") for backend in backends]

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_the_network_that_gathers_by_index_differs_in_impl(self):
        for states in self.states("graph", "impl"):
            self.assertGreater(len(set(states)), 1)

    def test_and_not_in_fixed(self):
        for states in self.states("graph", "fixed"):
            self.assertEqual(len(set(states)), 1)
            self.assertEqual(len(states), 6)

    def test_the_convolution_network_differs_in_neither(self):
        for fixed, impl in zip(self.states("small_cnn", "fixed"), self.states("small_cnn", "impl")):
            self.assertEqual(len(set(fixed + impl)), 1)

    def test_one_ulp_is_enough_for_another_state(self):
        for model in ("small_cnn", "graph"):
            for fixed, ulp in zip(self.states(model, "fixed"), self.states(model, "ulp")):
                self.assertEqual(ulp[0], fixed[0])
                # One that the first updates round away is possible, several are not.
                self.assertGreater(len(set(ulp)), 3)

    def test_ulp_tells_which_weight_it_moved(self):
        first, *others = self.done.records_of("small_cnn/cpu/ulp/step")
        self.assertNotIn("ulp", first["in_force"])
        for record in others:
            self.assertRegex(
                record["in_force"]["ulp"], r"^parameters/[a-z0-9._]+\[\d+\] -?[\d.e-]+ → -?[\d.e-]+$"
            )
        self.assertEqual(len({record["in_force"]["ulp"] for record in others}), 5)
        _, *elsewhere = self.done.records_of("small_cnn/onednn/ulp/step")
        for here, there in zip(others, elsewhere):
            self.assertEqual(here["in_force"]["ulp"], there["in_force"]["ulp"])


class Environments(TwoThreads):
    """Replicas under other threads and instruction sets."""

    REPLICAS = 10  # more than there are environments on a machine of two cores

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [CNN, GRAPH],
                backends=TWO_THREADS,
                modes=["fixed", "environment"],
                step={"replicas": cls.REPLICAS, "steps": 2, "warmup": 0, "blocks": 1},
            ),
            THREE_GROUPS,
        )

    def cells(self):
        for model, backend in ("small_cnn", "cpu"), ("small_cnn", "onednn"), ("graph", "cpu"):
            yield model, backend, self.done.records_of(f"{model}/{backend}/environment/step")

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)
        for model, backend, records in self.cells():
            self.assertEqual(len(records), self.REPLICAS)
            self.assertEqual({record["outcome"]["status"] for record in records}, {"passed"})

    def test_results_depend_on_the_environment(self):
        for model, backend, records in self.cells():
            with self.subTest(f"{model}/{backend}"):
                self.assertGreater(len({record["state_hash"] for record in records}), 1)

    def test_one_environment_always_gives_one_state(self):
        for model, backend, records in self.cells():
            states = {}
            for record in records:
                states.setdefault(str(record["tooling"]), set()).add(record["state_hash"])
            self.assertEqual({len(hashes) for hashes in states.values()}, {1})
            self.assertGreater(len(states), 1)

    def test_the_first_is_the_environment_of_fixed(self):
        for model, backend, records in self.cells():
            fixed = self.done.records_of(f"{model}/{backend}/fixed/step")[0]
            self.assertEqual(records[0]["state_hash"], fixed["state_hash"])
            self.assertEqual(records[0]["tooling"], fixed["tooling"])

    def test_what_a_replica_asks_for_is_in_force(self):
        for model, backend, records in self.cells():
            for record in records:
                self.assertEqual(
                    record["in_force"]["threads"], str(record["tooling"].get("threads", 2))
                )
                for knob in ("aten_cpu_capability", "onednn_max_cpu_isa", "openblas_coretype"):
                    asked = record["tooling"].get(knob)
                    if asked is not None and knob in record["in_force"]:
                        self.assertEqual(record["in_force"][knob], asked)

    def test_the_first_few_differ_in_kind(self):
        for model, backend, records in self.cells():
            knobs = [set(record["tooling"]) - {"deterministic"} for record in records[1:3]]
            self.assertNotEqual(knobs[0], knobs[1])

    def test_the_instructions_of_onednn_are_left_alone_where_it_is_off(self):
        for record in self.done.records_of("small_cnn/cpu/environment/step"):
            self.assertNotIn("onednn_max_cpu_isa", record["tooling"])


class Knobs(SuiteTest):
    """Modes that a suite defines, knob by knob."""

    def run_mode(self, knobs, backends=("cpu",), step=None, **options):
        suite = suite_text([TINY], backends=backends, modes=["own"], step=SHORT | (step or {}))
        return self.run_suite(suite + "\n" + mode_table("own", **knobs), **options)

    def test_a_knob_that_the_backend_lacks_skips_the_cell_and_says_so(self):
        run = self.run_mode({"base": "noisy", "cudnn_autotune": False})
        self.assert_exit(run, 0)
        (record,) = run.records
        self.assertEqual(
            record["outcome"],
            {"status": "skipped", "reason": "backend 'cpu' has no knob 'cudnn_autotune'"},
        )

    def test_a_built_in_mode_leaves_it_out(self):
        run = self.run_suite(suite_text([TINY], modes=["fixed"], step=SHORT))
        self.assert_exit(run, 0)
        self.assertNotIn("cudnn_autotune", run.records[0]["tooling"])

    def test_every_knob_of_the_cpu_is_set_and_read_back(self):
        run = self.run_mode(
            {
                "deterministic": True,
                "onednn": False,
                "threads": 2,
                "aten_cpu_capability": "default",
                "omp_wait_policy": "passive",
            },
            backends=("onednn",),
        )
        self.assert_exit(run, 0)
        (record,) = run.records
        in_force = record["in_force"]
        self.assertEqual(in_force["deterministic"], "true")
        self.assertEqual(in_force["onednn"], "false")
        self.assertEqual(in_force["threads"], "2")
        self.assertEqual(in_force["aten_cpu_capability"], "default")
        environment = record["environment"]
        self.assertEqual(environment["OMP_WAIT_POLICY"], "passive")
        self.assertEqual(environment["OMP_NUM_THREADS"], "2")
        self.assertNotIn("GOMP_SPINCOUNT", environment)

    @unittest.skipIf("avx512f" in open("/proc/cpuinfo").read(), "this CPU has AVX-512")
    def test_instructions_that_the_cpu_lacks_skip_the_cell(self):
        self.expect_skip({"aten_cpu_capability": "avx512"}, "aten_cpu_capability = avx512")

    def test_instructions_that_are_not_in_force_skip_the_cell(self):
        run = self.run_mode({"onednn_max_cpu_isa": "AVX2_VNNI"}, backends=("onednn",))
        self.assert_exit(run, 0)
        (record,) = run.records
        if record["in_force"].get("onednn_max_cpu_isa", "AVX2_VNNI") == "AVX2_VNNI":
            self.assertEqual(record["outcome"]["status"], "passed")
        else:
            self.assertEqual(record["outcome"]["status"], "skipped")
            self.assertIn("onednn_max_cpu_isa = AVX2_VNNI was asked for", record["outcome"]["reason"])

    def expect_skip(self, knobs, reason):
        run = self.run_mode(knobs)
        self.assert_exit(run, 0)
        self.assertEqual(run.records[0]["outcome"]["status"], "skipped")
        self.assertIn(reason, run.records[0]["outcome"]["reason"])

    def test_threads_that_openmp_does_not_give_fail_the_cell(self):
        run = self.run_mode({"threads": 2}, environment={"OMP_THREAD_LIMIT": "1"})
        self.assert_exit(run, 12)
        self.assertIn("asked for 2 threads", run.records[0]["outcome"]["reason"])


class CostByKnob(SuiteTest):
    def test_measures_each_knob_alone_and_in_order(self):
        text = suite_text([TINY], modes=["noisy", "pinned"], step={"cost_by_knob": ["pinned"]} | SHORT)
        own = mode_table("pinned", base="noisy", deterministic=True, onednn=False, tf32=False)
        run = self.run_suite(text + "\n" + own)
        self.assert_exit(run, 0)
        outcomes = {r["mode"]: r["outcome"]["status"] for r in run.records}
        reasons = {r["mode"]: r["outcome"].get("reason") for r in run.records}
        lacks = "backend 'cpu' has no knob 'tf32'"
        self.assertEqual(
            outcomes,
            {
                "noisy": "passed",
                "pinned": "skipped",  # its suite asks for a knob that is not there
                "pinned.only-deterministic": "passed",
                "pinned.only-tf32": "skipped",
                "pinned.only-onednn": "passed",
                "pinned.upto-tf32": "skipped",
            },
        )
        for mode in ("pinned", "pinned.only-tf32", "pinned.upto-tf32"):
            self.assertEqual(reasons[mode], lacks)
        (noisy,) = run.records_of("small_cnn/cpu/noisy/step")
        (part,) = run.records_of("small_cnn/cpu/pinned.only-onednn/step")
        self.assertEqual(part["seeds"], noisy["seeds"])
        self.assertEqual(part["tooling"], noisy["tooling"] | {"onednn": False})


if __name__ == "__main__":
    unittest.main()
