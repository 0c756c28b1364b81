"""Batches cut into shards: what the order of a sum does to results, and who may cut them."""

import unittest

from suite_run import SuiteTest, suite_text, toml_table

CNN = {"name": "small_cnn", "batch_size": 32, "subset": 256, "test_subset": 100}
STEP = {"replicas": 6, "steps": 10, "warmup": 0, "blocks": 1}
SHORT = {"replicas": 1, "steps": 1, "warmup": 0, "blocks": 1}
BACKENDS = [
    "onednn",
    "sharded",
    {"name": "two", "plugin": "sharded", "shards": 2},
    {"name": "one", "plugin": "sharded", "shards": 1},
]


class Reduction(SuiteTest):
    """Six replicas with all seeds still."""

    timeout = 900  # some eighty workers: on a machine that is busy with others, too

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        suite = suite_text([CNN], backends=BACKENDS, modes=["fixed", "impl", "ordered"], step=STEP)
        ordered = {"name": "ordered", "base": "impl", "ordered_reduction": True}
        cls.done = cls.run_suite(suite + "\n" + toml_table("[[mode]]", ordered))

    def records(self, backend, mode):
        records = self.done.records_of(f"small_cnn/{backend}/{mode}/step")
        for record in records:
            self.assertEqual(record["outcome"], {"status": "passed"})
        self.assertEqual(len(records), 6)
        return records

    def states(self, backend, *modes):
        return {record["state_hash"] for mode in modes for record in self.records(backend, mode)}

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_sums_in_order_of_arrival_differ(self):
        self.assertGreater(len(self.states("sharded", "impl")), 1)

    def test_sums_in_order_of_the_shards_do_not(self):
        self.assertEqual(len(self.states("sharded", "fixed", "ordered")), 1)

    def test_two_shards_have_the_same_sum_in_both_orders(self):
        self.assertEqual(len(self.states("two", "fixed", "impl", "ordered")), 1)

    def test_one_shard_is_the_backend_without_shards(self):
        self.assertEqual(
            self.states("one", "fixed", "impl"), self.states("onednn", "fixed", "impl")
        )
        self.assertNotEqual(self.states("one", "fixed"), self.states("two", "fixed"))

    def test_a_backend_without_shards_has_no_order(self):
        for record in self.done.records_of("small_cnn/onednn/ordered/step"):
            self.assertEqual(
                record["outcome"],
                {"status": "skipped", "reason": "backend 'onednn' has no knob 'ordered_reduction'"},
            )
        self.assertNotIn("ordered_reduction", self.records("onednn", "fixed")[0]["tooling"])

    def test_number_and_order_are_in_force(self):
        for backend, shards in ("sharded", "4"), ("two", "2"), ("one", "1"):
            for mode, ordered in ("fixed", "true"), ("impl", "false"):
                in_force = self.records(backend, mode)[0]["in_force"]
                self.assertEqual(in_force["shards"], shards)
                self.assertEqual(in_force["ordered_reduction"], ordered)
                self.assertEqual(in_force["threads"], "1")


class Deterministic(SuiteTest):
    def test_is_a_promise_also_where_the_order_is_left_free(self):
        suite = suite_text([CNN], backends=["sharded"], modes=["own"], step=STEP)
        own = {"name": "own", "base": "noisy", "varies": [], "deterministic": True}
        run = self.run_suite(suite + "\n" + toml_table("[[mode]]", own))
        self.assert_exit(run, 0)  # a breach would be 11
        self.assertEqual(len({record["state_hash"] for record in run.records}), 1)
        self.assertEqual(run.records[0]["tooling"]["ordered_reduction"], False)


class Networks(SuiteTest):
    def test_batch_norm_by_shard_passes_parity_and_trains_epochs(self):
        model = CNN | {"batch_norm": True, "batch_size": 50}
        run = self.run_suite(
            suite_text([model], backends=["onednn", "sharded"], epoch={"replicas": 2, "epochs": 1})
        )
        self.assert_exit(run, 0)
        self.assertEqual([line["status"] for line in run.lines_of("parity")], ["passed", "passed"])
        onednn, sharded = (
            {record["state_hash"] for record in run.records_of(f"small_cnn/{backend}/fixed/epoch")}
            for backend in ("onednn", "sharded")
        )
        self.assertEqual(len(onednn), 1)
        self.assertEqual(len(sharded), 1)
        self.assertNotEqual(onednn, sharded)

    def test_a_model_that_does_not_cut_its_batches_is_skipped(self):
        graph = {"name": "graph_convolution", "subset": 60, "test_subset": 40, "batch_size": 20}
        run = self.run_suite(suite_text([graph], backends=["sharded"], step=SHORT))
        self.assert_exit(run, 0)
        (record,) = run.records
        self.assertEqual(record["outcome"]["status"], "skipped")
        self.assertIn(
            "model plugin 'graph_convolution' does not cut its batches into shards",
            record["outcome"]["reason"],
        )

    def test_and_is_measured_with_one_shard(self):
        backend = {"name": "sharded", "shards": 1}
        run = self.run_suite(suite_text(["null"], backends=[backend], step=SHORT))
        self.assert_exit(run, 0)
        self.assertEqual(run.records[0]["outcome"], {"status": "passed"})


class Backends(SuiteTest):
    def test_one_that_does_not_cut_batches_refuses_a_number_of_shards(self):
        for name in ("cpu", "onednn"):
            backend = {"name": name, "shards": 4}
            run = self.run_suite(suite_text([CNN], backends=[backend], step=SHORT))
            self.assert_exit(run, 12)
            self.assertIn("asked for 4 shards, but this backend cuts a batch into 1", run.stderr)

    def test_shards_are_counted_within_limits(self):
        backend = {"name": "sharded", "shards": 65}
        run = self.run_suite(suite_text([CNN], backends=[backend], step=SHORT))
        self.assert_exit(run, 3)
        self.assert_one_message(run, "'shards' is 65", "1", "64")

    def test_gpus_are_measured_or_skipped(self):
        run = self.run_suite(suite_text([CNN], backends=["sharded_cudnn"], step=SHORT))
        self.assert_exit(run, 0)
        (record,) = run.records
        if record["outcome"]["status"] == "skipped":
            self.assertRegex(record["outcome"]["reason"], "GPU|CUDA|NVIDIA|cuDNN")
        else:
            self.assertGreater(len(set(record["in_force"]["shard_devices"].split(","))), 1)


if __name__ == "__main__":
    unittest.main()
