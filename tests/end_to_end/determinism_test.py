"""Fixed replicas end in one state, noisy ones in as many as there are; a breach is an error."""

import unittest

from suite_run import SuiteTest, suite_text

TINY = {"batch_size": 32, "subset": 64, "test_subset": 20}
AUTOENCODER = {"name": "autoencoder"} | TINY
RESNET8 = {"name": "resnet8", "plugin": "resnet", "depth": 8} | TINY


def states(run, name):
    """The state hashes of a cell's replicas, all of which must have passed."""
    records = run.records_of(name)
    if any(record["outcome"]["status"] != "passed" for record in records):
        raise AssertionError(f"{name}: {[record['outcome'] for record in records]}")
    return [record["state_hash"] for record in records]


class TenReplicas(SuiteTest):
    """Of both models on both backends, with two threads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [AUTOENCODER, RESNET8],
                backends=[{"name": name, "threads": 2} for name in ("cpu", "onednn")],
                modes=["fixed", "noisy"],
                step={"replicas": 10, "steps": 2, "warmup": 0, "blocks": 1},
            )
        )
        cls.groups = [(m, b) for m in ("autoencoder", "resnet8") for b in ("cpu", "onednn")]

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_fixed_replicas_end_in_one_state(self):
        for model, backend in self.groups:
            with self.subTest(f"{model}/{backend}"):
                hashes = states(self.done, f"{model}/{backend}/fixed/step")
                self.assertEqual(len(hashes), 10)
                self.assertEqual(len(set(hashes)), 1)

    def test_noisy_replicas_end_in_as_many_states(self):
        for model, backend in self.groups:
            with self.subTest(f"{model}/{backend}"):
                hashes = states(self.done, f"{model}/{backend}/noisy/step")
                self.assertEqual(len(set(hashes)), 10)

    def test_fixed_losses_repeat_to_the_last_bit(self):
        for model, backend in self.groups:
            with self.subTest(f"{model}/{backend}"):
                records = self.done.records_of(f"{model}/{backend}/fixed/step")
                losses = {tuple(record["samples"]["losses"]) for record in records}
                self.assertEqual(len(losses), 1)

    def test_the_backends_compute_differently(self):
        cpu = states(self.done, "resnet8/cpu/fixed/step")[0]
        onednn = states(self.done, "resnet8/onednn/fixed/step")[0]
        self.assertNotEqual(cpu, onednn)

    def test_the_threads_in_force_are_those_asked_for(self):
        threads = {record["in_force"]["threads"] for record in self.done.records}
        self.assertEqual(threads, {"2"})

    def test_a_replica_repeats_in_another_run(self):
        name = "resnet8/onednn/noisy/step"
        again = self.run_suite(
            suite_text(
                [AUTOENCODER, RESNET8],
                backends=[{"name": name, "threads": 2} for name in ("cpu", "onednn")],
                modes=["fixed", "noisy"],
                step={"replicas": 1, "steps": 2, "warmup": 0, "blocks": 1},
            ),
            "--benchmark_filter=resnet8/onednn/(fixed|noisy)/step",
        )
        fixed = "resnet8/onednn/fixed/step"
        self.assertEqual(states(again, fixed)[0], states(self.done, fixed)[0])
        seeds = [run.records_of(name)[0]["seeds"] for run in (self.done, again)]
        self.assertEqual(seeds[0], seeds[1])


class FourModes(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [RESNET8],
                backends=["onednn"],
                modes=["fixed", "noisy", "algo", "impl"],
                epoch={"replicas": 3},
            )
        )

    def seeds(self, mode):
        return [record["seeds"] for record in self.done.records_of(f"resnet8/onednn/{mode}/epoch")]

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_algo_varies_although_its_tooling_is_deterministic(self):
        self.assertEqual(len(set(states(self.done, "resnet8/onednn/algo/epoch"))), 3)
        for record in self.done.records_of("resnet8/onednn/algo/epoch"):
            self.assertEqual(record["in_force"]["deterministic"], "true")

    def test_impl_has_the_seeds_of_fixed_and_tooling_as_shipped(self):
        self.assertEqual(self.seeds("impl"), self.seeds("fixed"))
        for record in self.done.records_of("resnet8/onednn/impl/epoch"):
            self.assertEqual(record["in_force"]["deterministic"], "false")

    def test_every_factor_varies_in_noisy(self):
        for factor in ("init", "order", "augment", "dropout"):
            self.assertEqual(len({seeds[factor] for seeds in self.seeds("noisy")}), 3)
            self.assertEqual(len({seeds[factor] for seeds in self.seeds("fixed")}), 1)

    def test_fixed_epochs_give_the_same_quality(self):
        records = self.done.records_of("resnet8/onednn/fixed/epoch")
        values = {r["samples"]["epochs"][-1]["evaluation"]["value"] for r in records}
        self.assertEqual(len(values), 1)
        self.assertEqual(len(set(states(self.done, "resnet8/onednn/fixed/epoch"))), 1)


class Breaches(SuiteTest):
    def test_a_fixed_cell_that_drifts_is_a_breach_that_names_a_tensor(self):
        run = self.run_suite(
            suite_text(
                [{"name": "flaky"}, {"name": "honest", "plugin": "null"}],
                modes=["fixed", "noisy"],
                epoch={"replicas": 2},
            ),
            "--benchmark_format=json",
        )
        self.assert_exit(run, 11)
        first, second = run.records_of("flaky/cpu/fixed/epoch")
        self.assertEqual(first["outcome"], {"status": "passed"})
        self.assertEqual(second["outcome"]["status"], "failed")
        self.assertIn("buffers/drift", second["outcome"]["reason"])
        self.assertNotIn("parameters/state", second["outcome"]["reason"])
        self.assertEqual(len(set(states(run, "flaky/cpu/noisy/epoch"))), 2)
        self.assertEqual(len(set(states(run, "honest/cpu/fixed/epoch"))), 1)
        (message,) = [
            row["error_message"] for row in run.json["benchmarks"] if "error_message" in row
        ]
        self.assertIn("buffers/drift", message)

    def test_a_breach_is_found_at_any_replica(self):
        run = self.run_suite(suite_text(["flaky"], epoch={"replicas": 4}))
        self.assert_exit(run, 11)
        outcomes = [record["outcome"]["status"] for record in run.records]
        self.assertEqual(outcomes, ["passed", "failed", "failed", "failed"])

    def test_without_drift_the_same_model_passes(self):
        run = self.run_suite(
            suite_text([{"name": "flaky", "drift": False}], epoch={"replicas": 2})
        )
        self.assert_exit(run, 0)


if __name__ == "__main__":
    unittest.main()
