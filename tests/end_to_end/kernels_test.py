"""Kernels called without LibTorch: every engine is tried, and the mode's fastest is measured."""

import re
import unittest

from suite_run import SuiteTest, suite_text

ENGINE = re.compile(
    r"[0-9.e+-]+ s, not marked nondeterministic, (\d+) of (\d+) runs alike, [0-9.e+-]+ from ATen"
)
STEP = {"replicas": 3, "steps": 4, "warmup": 1, "blocks": 2}


def kernel(name, layer, kernel_pass, **parameters):
    return {
        "name": name,
        "plugin": "kernels",
        "layer": layer,
        "pass": kernel_pass,
        "batch_size": 1,
    } | parameters


class Kernels(SuiteTest):
    def skip_without_onednn(self, run):
        """LibTorch 2.x has a oneDNN of its own in the way of the one that is called here."""
        outcome = run.records[0]["outcome"]
        if "LibTorch 2.x holds" in outcome.get("reason", ""):
            self.assertEqual(outcome["status"], "skipped")
            self.skipTest(outcome["reason"])

    def test_every_engine_repeats_and_the_fastest_is_measured(self):
        run = self.run_suite(
            suite_text(
                [
                    kernel("filters", "layer4.1.conv1", "filter_gradient", runs=4),
                    kernel("maxima", "maxpool", "data_gradient"),
                ],
                backends=[{"name": "onednn", "threads": 2}],
                modes=["fixed", "impl"],
                step=STEP,
            )
        )
        self.assert_exit(run, 0)
        self.skip_without_onednn(run)
        for name, runs in (("filters", 4), ("maxima", 3)):
            for mode in ("fixed", "impl"):
                with self.subTest(f"{name} {mode}"):
                    records = run.records_of(f"{name}/onednn/{mode}/step")
                    self.assertEqual(len({record["state_hash"] for record in records}), 1)
                    for record in records:
                        self.assert_engines(record["in_force"], runs)

    def assert_engines(self, in_force, runs):
        engines = {key[7:]: text for key, text in in_force.items() if key.startswith("engine.")}
        self.assertIn(in_force["engine"], engines)
        self.assertRegex(in_force["library"], r"oneDNN \d+\.\d+\.\d+")
        self.assertGreater(len(engines), 1)
        for text in engines.values():
            found = ENGINE.fullmatch(text)
            self.assertTrue(found, text)
            self.assertEqual(found[1], str(runs))
            self.assertEqual(found[2], str(runs))

    def test_the_evaluation_is_the_distance_from_float64(self):
        run = self.run_suite(
            suite_text(
                [kernel("forward", "layer4.0.downsample", "forward")],
                backends=["onednn"],
                modes=["fixed"],
                epoch={"replicas": 1},
            )
        )
        self.assert_exit(run, 0)
        self.skip_without_onednn(run)
        (record,) = run.records_of("forward/onednn/fixed/epoch")
        evaluation = record["samples"]["epochs"][-1]["evaluation"]
        self.assertEqual(evaluation["metric"], "relative_error")
        self.assertGreater(evaluation["value"], 0.0)
        self.assertLess(evaluation["value"], 1e-5)

    def test_a_backend_without_such_kernels_is_skipped(self):
        run = self.run_suite(
            suite_text(
                [kernel("forward", "conv1", "forward")],
                backends=["cpu", "cudnn"],
                modes=["fixed"],
                step=STEP,
            )
        )
        self.assert_exit(run, 0)
        (cpu,) = run.records_of("forward/cpu/fixed/step")
        self.assertEqual(cpu["outcome"]["status"], "skipped")
        self.assertIn("oneDNN is off on this backend", cpu["outcome"]["reason"])
        (cudnn,) = [r for r in run.records_of("forward/cudnn/fixed/step") if r["replica"] == 0]
        self.assertIn(cudnn["outcome"]["status"], ("passed", "skipped"))

    def test_a_layer_that_is_not_there_is_named_with_those_that_are(self):
        run = self.run_suite(
            suite_text([kernel("forward", "conv9", "forward")], backends=["onednn"], step=STEP)
        )
        self.assert_exit(run, 12)
        reason = run.records[0]["outcome"]["reason"]
        self.assertIn("'conv9' is no layer of resnet18; set layer to one of conv1, bn1", reason)


if __name__ == "__main__":
    unittest.main()
