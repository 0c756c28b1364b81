"""A damaged data set fails the cells that read it, and the message says where it is damaged."""

import gzip
import struct
import unittest

from suite_run import SuiteTest, suite_text

MODELS = [
    {"name": "autoencoder", "batch_size": 8, "subset": 16, "test_subset": 8},
    {"name": "honest", "plugin": "null"},
]
SUITE = suite_text(MODELS, epoch={"replicas": 1})


def idx(shape, values):
    header = struct.pack(">BBBB", 0, 0, 8, len(shape)) + struct.pack(f">{len(shape)}I", *shape)
    return header + bytes(values)


class DamagedData(SuiteTest):
    def data_set(self, name):
        """A folder that holds a small data set under the name of a real one."""
        folder = self.folder / name / "fashion-mnist"
        folder.mkdir(parents=True)
        for split in ("train", "t10k"):
            pixels = idx((16, 28, 28), [index % 251 for index in range(16 * 28 * 28)])
            labels = idx((16,), [index % 10 for index in range(16)])
            (folder / f"{split}-images-idx3-ubyte").write_bytes(pixels)
            (folder / f"{split}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels, mtime=0))
        return folder

    def failure(self, folder):
        run = self.run_suite(SUITE, f"--data={folder.parent}")
        self.assert_exit(run, 12)
        (honest,) = run.records_of("honest/cpu/fixed/epoch")
        self.assertEqual(honest["outcome"]["status"], "passed")
        (record,) = run.records_of("autoencoder/cpu/fixed/epoch")
        self.assertEqual(record["outcome"]["status"], "failed")
        self.assertEqual(record["outcome"]["phase"], "prepare")
        self.assertIn(record["outcome"]["reason"], run.stderr)
        return record["outcome"]["reason"]

    def test_a_small_data_set_of_the_user_is_read(self):
        run = self.run_suite(SUITE, f"--data=/nowhere:{self.data_set('whole').parent}")
        self.assert_exit(run, 0)

    def test_the_environment_names_folders_too(self):
        folder = self.data_set("environment")
        (folder / "train-images-idx3-ubyte").write_bytes(b"")
        run = self.run_suite(SUITE, environment={"NDBENCH_DATA_PATH": str(folder.parent)})
        self.assert_exit(run, 12)

    def test_a_truncated_file_is_named_with_the_offset(self):
        folder = self.data_set("truncated")
        file = folder / "train-images-idx3-ubyte"
        file.write_bytes(file.read_bytes()[:5000])
        reason = self.failure(folder)
        self.assertIn(str(file), reason)
        self.assertIn("5000", reason)

    def test_a_truncated_gzip_file_is_named(self):
        folder = self.data_set("truncated_gzip")
        file = folder / "t10k-labels-idx1-ubyte.gz"
        file.write_bytes(file.read_bytes()[:-9])
        self.assertIn(str(file), self.failure(folder))

    def test_a_file_of_another_format_is_named(self):
        folder = self.data_set("format")
        file = folder / "train-images-idx3-ubyte"
        file.write_bytes(b"<!DOCTYPE html>" * 1000)
        self.assertIn(str(file), self.failure(folder))

    def test_a_missing_file_is_named(self):
        folder = self.data_set("missing")
        file = folder / "t10k-images-idx3-ubyte"
        file.unlink()
        self.assertIn(str(file), self.failure(folder))

    def test_a_label_out_of_range_is_named_with_the_offset(self):
        folder = self.data_set("label")
        file = folder / "train-labels-idx1-ubyte.gz"
        labels = idx((16,), [0, 1, 2, 10] * 4)
        file.write_bytes(gzip.compress(labels))
        reason = self.failure(folder)
        self.assertIn(str(file), reason)
        self.assertIn("label 10 at byte 11", reason)


if __name__ == "__main__":
    unittest.main()
