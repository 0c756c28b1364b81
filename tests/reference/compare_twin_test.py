#!/usr/bin/env python3
"""Tests of compare_twin on a folder that another twin wrote, as it is and with mistakes in it."""
import contextlib
import io
import json
import math
import pathlib
import tempfile
import unittest

import torch

import compare_twin
import twins
from twins import optimizer


class Comparison(unittest.TestCase):
    """compare_twin on a folder that another twin wrote."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.files = 0

    def entry(self, name, tensor):
        file = f"{self.files:04}.bin"
        self.files += 1
        (self.folder / file).write_bytes(tensor.detach().contiguous().numpy().tobytes())
        return {"name": name, "file": file, "dtype": str(tensor.dtype).split(".")[1],
                "shape": list(tensor.shape)}

    def dump(self, model, parameters, batches, input_shape, rename=str):
        """Writes what dump_task would; gradients and losses are those of training."""
        torch.manual_seed(7)
        network = twins.build(model, parameters, input_shape, 3).double()
        kinds = {name: "parameters/" for name, _ in network.named_parameters()}
        index = {"model": model, "parameters": parameters, "losses": [], "gradients": [],
                 "state": [self.entry(kinds.get(name, "buffers/") + rename(name), x)
                           for name, x in network.state_dict().items()]}
        index["batches"] = [{name: self.entry(name, x) for name, x in batch.items()}
                            for batch in batches]
        descent = optimizer.build(parameters, network)
        for batch in batches:
            index["losses"].append(optimizer.train_step(network, descent, batch).item())
            index["gradients"] = index["gradients"] or [
                self.entry(f"parameters/{rename(name)}",
                           torch.zeros_like(x) if x.grad is None else x.grad)
                for name, x in network.named_parameters()]
        self.write(index)
        return index

    def write(self, index):
        (self.folder / "index.json").write_text(json.dumps(index))

    def images(self, size=32, steps=3):
        torch.manual_seed(8)
        return [{"inputs": torch.rand(4, 1, size, size).double(), "targets": torch.randint(3, (4,))}
                for _ in range(steps)]

    def compare(self, *options):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = compare_twin.main([str(self.folder), *options])
        return status, output.getvalue()

    def test_equal_networks_agree(self):
        sgd = {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 1e-4}
        adam = {"learning_rate": 1e-3, "dropout": False}
        nodes = [{"features": torch.rand(6, 5).double(), "neighbours": torch.randint(6, (6, 2)),
                  "nodes": torch.tensor([1, 4]), "targets": torch.tensor([0, 2])}]
        frames = [{"frames": torch.rand(3, 2, 1, 8, 8).double()}]
        for model, parameters, batches, shape in (
                ("resnet", {**sgd, "depth": 8}, self.images(), (1, 32, 32)),
                ("small_cnn", {**adam, "batch_norm": True}, self.images(), (1, 32, 32)),
                ("efficientnet", adam, self.images(steps=1), (1, 32, 32)),
                ("prednet", {**adam, "layers": 2, "width": 4}, frames, (1, 8, 8)),
                ("graph_convolution", {**adam, "hidden": 4}, nodes, (5,))):
            with self.subTest(model):
                self.dump(model, parameters, batches, shape)
                for options in ((), ("--losses",)):
                    status, output = self.compare(*options)
                    self.assertEqual((status, output.count("\n")), (0, 1), output)

    def test_xception_has_the_names_of_keras_in_the_plugin(self):
        batches = self.images(71, 1)
        self.dump("xception", {"learning_rate": 0.1}, batches, (1, 71, 71),
                  rename=twins.xception.plugin_name)
        status, output = self.compare()
        self.assertEqual(status, 0, output)

    def check_fails(self, change, *expected, model="small_cnn", options=(), **parameters):
        parameters = {"learning_rate": 0.1, **parameters}
        index = self.dump(model, parameters, self.images(), (1, 32, 32))
        change(index)
        self.write(index)
        status, output = self.compare(*options)
        self.assertEqual(status, 1, output)
        for text in expected:
            self.assertIn(text, output)

    def overwrite(self, entry, change):
        path = self.folder / entry["file"]
        values = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.float64)
        change(values)
        path.write_bytes(values.numpy().tobytes())

    def test_another_loss_fails(self):
        self.check_fails(lambda index: index["losses"].__setitem__(0, index["losses"][0] * 1.0001),
                         "relative difference 0.0001")

    def test_another_loss_of_a_later_step_fails(self):
        self.check_fails(lambda index: index["losses"].__setitem__(2, index["losses"][2] * 1.0001),
                         "step 2", options=["--losses"])

    def test_a_loss_that_is_not_a_number_fails(self):
        for options in ([], ["--losses"]):
            self.check_fails(lambda index: index["losses"].__setitem__(0, math.nan), "nan",
                             options=options)

    def test_another_gradient_fails_however_small_its_tensor(self):
        self.check_fails(lambda index: self.overwrite(index["gradients"][1],
                                                      lambda x: x.mul_(1.01)), "conv1.bias")

    def test_a_gradient_that_is_not_a_number_fails(self):
        self.check_fails(lambda index: self.overwrite(index["gradients"][0],
                                                      lambda x: x[:1].fill_(math.nan)), "nan")

    def test_a_missing_gradient_fails(self):
        self.check_fails(lambda index: index["gradients"].pop(), "fc2.bias")

    def test_another_name_fails(self):
        self.check_fails(lambda index: index["state"][0].update(name="parameters/first.weight"),
                         "first.weight", "conv1.weight")

    def test_dropout_fails(self):
        self.check_fails(lambda index: None, "stochastic_depth drops 0.0125", model="efficientnet")


if __name__ == "__main__":
    unittest.main()
