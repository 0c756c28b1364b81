"""Models beside the two of the determinism tests: what their records hold, and whose noise they show."""

import os
import pathlib
import subprocess
import unittest

from suite_run import SuiteTest, suite_text

VIDEO = {"dataset": "synthetic", "sequences": 2, "test_sequences": 1, "layers": 2, "width": 4}
IMAGES = {"batch_size": 32, "subset": 64, "test_subset": 40}
GRAPH = {"name": "graph", "plugin": "graph_convolution", "batch_size": 500}


def evaluation(record):
    return record["samples"]["epochs"][-1]["evaluation"]


class Records(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.run_suite(
            suite_text(
                [
                    {"name": "prednet"} | VIDEO,
                    {"name": "watanabe", "plugin": "prednet", "variant": "watanabe"} | VIDEO,
                    {"name": "small_cnn"} | IMAGES,
                ],
                modes=["fixed"],
                epoch={"replicas": 2},
            )
        )

    def test_all_is_well(self):
        self.assert_exit(self.done, 0)

    def test_prednet_is_compared_with_copying_the_last_frame(self):
        for model in ("prednet", "watanabe"):
            for record in self.done.records_of(f"{model}/cpu/fixed/epoch"):
                with self.subTest(model, replica=record["replica"]):
                    found = evaluation(record)
                    self.assertEqual(found["metric"], "mse")
                    other = found["other"]
                    self.assertGreater(other["mse_of_last_frame"], 0)
                    self.assertAlmostEqual(
                        other["ratio_to_last_frame"], found["value"] / other["mse_of_last_frame"]
                    )
        self.assertIn("ratio_to_last_frame", self.done.stdout)

    def test_classes_add_up_to_the_test_set(self):
        (record, _) = self.done.records_of("small_cnn/cpu/fixed/epoch")
        found = evaluation(record)
        slices = found["slices"]
        self.assertEqual(sum(one["examples"] for one in slices), 40)
        self.assertEqual(sum(one["correct"] for one in slices), round(40 * found["value"]))
        for one in slices:
            self.assertEqual(one["positives"] + one["negatives"], 40)
            self.assertEqual(one["accuracy"], one["correct"] / one["decisions"])
            self.assertAlmostEqual(one["false_negative_rate"], 1 - one["accuracy"])

    def test_the_time_of_input_is_a_part_of_the_time_of_training(self):
        for record in self.done.records:
            (epoch,) = record["samples"]["epochs"]
            self.assertGreater(epoch["input_seconds"], 0)
            self.assertLess(epoch["input_seconds"], epoch["train_seconds"])
            self.assertGreater(record["prepare_seconds"], 0)

    def test_records_follow_the_schema(self):
        self.assert_follow_schema("record", self.done.lines_of("record"))


class NoiseOfTheArithmetic(SuiteTest):
    """A gather by index, whose backward pass adds in the order in which threads come."""

    @unittest.skipUnless(len(os.sched_getaffinity(0)) > 1, "needs two CPUs")
    def test_shows_without_any_seed_and_only_as_shipped(self):
        done = self.run_suite(
            suite_text(
                [GRAPH | {"subset": 4000, "test_subset": 1000}],
                backends=[{"name": "cpu", "threads": 2}],
                modes=["fixed", "impl"],
                step={"replicas": 4, "steps": 10, "warmup": 0, "blocks": 1},
            )
        )
        self.assert_exit(done, 0)
        states = {
            mode: {record["state_hash"] for record in done.records_of(f"graph/cpu/{mode}/step")}
            for mode in ("fixed", "impl")
        }
        self.assertEqual(len(states["fixed"]), 1)
        self.assertGreater(len(states["impl"]), 1)


class RealVideo(SuiteTest):
    """Runs where NDBENCH_TEST_DATA names a folder that holds davis-160x120."""

    def setUp(self):
        super().setUp()
        self.data = pathlib.Path(os.environ.get("NDBENCH_TEST_DATA", "/nonexistent"))
        if not (self.data / "davis-160x120").is_dir():
            self.skipTest("NDBENCH_TEST_DATA names no folder with davis-160x120")

    def train(self, data, dataset):
        model = {"name": "prednet", "dataset": dataset, "layers": 3, "width": 4,
                 "windows_per_epoch": 4}
        done = self.run_suite(
            suite_text([model], modes=["fixed"], epoch={"replicas": 2}), f"--data={data}"
        )
        self.assert_exit(done, 0)
        return evaluation(done.records_of("prednet/cpu/fixed/epoch")[0])

    def test_trains_on_folders_of_frames(self):
        # The last two of ten sequences have four windows each, whose first frame is not predicted.
        self.assertEqual(self.train(self.data, "davis-160x120")["examples"], 2 * 4 * 9)

    def test_trains_on_a_video_file(self):
        file = self.folder / "dog.mkv"
        try:
            subprocess.run(
                ["ffmpeg", "-v", "error", "-i", self.data / "davis-160x120/dog/%05d.jpg",
                 "-c:v", "mpeg4", file],
                check=True,
            )
        except FileNotFoundError:
            self.skipTest("needs ffmpeg to make the file")
        self.assertGreater(self.train(self.folder, "dog.mkv")["examples"], 0)


if __name__ == "__main__":
    unittest.main()
