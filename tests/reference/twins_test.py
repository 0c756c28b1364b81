#!/usr/bin/env python3
"""Tests of the PyTorch twins: what is published of them, and small cases worked out by hand."""
import math
import unittest

import torch
from torch.overrides import TorchFunctionMode

import twins
from twins import efficientnet, graph, mobilenet, optimizer, resnet, xception


class MetaDevice(TorchFunctionMode):
    """Makes tensors that have a shape and no values, so that large networks cost nothing."""

    FACTORIES = (torch.empty, torch.ones, torch.rand, torch.randn, torch.tensor, torch.zeros)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function in self.FACTORIES:
            kwargs["device"] = "meta"
        return function(*args, **kwargs)


def count(model, input_shape=(3, 224, 224), **parameters):
    with MetaDevice():
        network = twins.build(model, parameters, input_shape, 1000)
    return sum(x.numel() for x in network.parameters())


class Published(unittest.TestCase):
    """Trainable parameters for 1000 classes, as torchvision and Keras state them."""

    def check(self, model, counts, key, **parameters):
        for value, expected in counts.items():
            with self.subTest(f"{model} {value}"):
                self.assertEqual(count(model, **{key: value}, **parameters), expected)

    def test_resnet(self):
        self.check("resnet", {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160,
                              152: 60_192_808}, "depth", stem="large")

    def test_vgg(self):
        self.check("vgg", {16: 138_357_544, 19: 143_667_240}, "depth")

    def test_densenet(self):
        self.check("densenet", {121: 7_978_856, 169: 14_149_480, 201: 20_013_928}, "depth")

    def test_inception(self):
        self.check("inception", {True: 27_161_264, False: 23_834_568}, "auxiliary")

    def test_efficientnet(self):
        self.check("efficientnet", {
            "b0": 5_288_548, "b1": 7_794_184, "b2": 9_109_994, "b3": 12_233_232, "b4": 19_341_616,
            "b5": 30_389_784, "b6": 43_040_704, "b7": 66_347_960}, "variant")

    def test_xception_and_mobilenet(self):
        self.assertEqual(count("xception"), 22_855_952)
        self.assertEqual(count("mobilenet"), 4_231_976)

    def test_prednet(self):
        self.assertEqual(count("prednet", (3, 128, 160)), 6_915_948)
        self.assertEqual(count("prednet", (3, 120, 160), variant="watanabe"), 8_298_348)

    def test_resnets_for_small_images(self):
        """Table 6 of He et al.: 0.27, 0.46, 0.66, 0.85 and 1.7 million."""
        for depth, millions in {20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.7}.items():
            with MetaDevice():
                network = twins.build("resnet", {"depth": depth}, (3, 32, 32), 10)
            total = sum(x.numel() for x in network.parameters()) / 1e6
            self.assertAlmostEqual(total, millions, delta=0.035)

    def test_small_networks_worked_out(self):
        # 3x3 convolutions 3-16-32-32 with bias, 32x32 and 32x1000 with bias, two numbers per
        # normalized channel.
        plain = 448 + 4640 + 9248 + 1056 + 33000
        self.assertEqual(count("small_cnn"), plain)
        self.assertEqual(count("small_cnn", batch_norm=True), plain + 2 * 80)
        widths = (3, 16, 32, 64, 128, 256, 512)
        for kernel in (1, 3, 5, 7):
            expected = sum(i * o * kernel**2 + 3 * o for i, o in zip(widths, widths[1:]))
            self.assertEqual(count("medium_cnn", kernel=kernel), expected + 513_000)
        self.assertEqual(count("graph_convolution", (784,), hidden=32), 2 * 784 * 32 + 32 + 65_000)
        self.assertEqual(count("autoencoder", (1, 28, 28)),
                         2 * (784 * 128 + 128 * 64 + 64 * 32) + 128 + 64 + 32 + 64 + 128 + 784)


class Shapes(unittest.TestCase):
    """Every network computes a loss, and its tensors have the names of torchvision."""

    def test_losses_are_scalars(self):
        sizes = {"inception": 299, "small_cnn": 32}
        for model, parameters in {
                "densenet": {"depth": 121}, "efficientnet": {"variant": "b1"}, "inception": {},
                "medium_cnn": {}, "mobilenet": {}, "resnet": {"depth": 50, "stem": "large"},
                "small_cnn": {}, "vgg": {"depth": 16}, "xception": {}}.items():
            size = sizes.get(model, 224)
            with self.subTest(model), MetaDevice():
                network = twins.build(model, parameters, (3, size, size), 10)
                images = torch.rand(2, 3, size, size)
                self.assertEqual(network(images).shape, (2, 10))
                for targets in (torch.zeros(2, dtype=torch.int64), torch.rand(2, 10)):
                    self.assertEqual(network.loss({"inputs": images, "targets": targets}).shape, ())

    def test_the_last_features_have_the_published_size(self):
        """Figures and tables of the papers: 7x7 of 224x224, and of 299x299 8x8 or 10x10."""
        for model, parameters, size, layer, expected in (
                ("resnet", {"depth": 18, "stem": "large"}, 224, "layer4", 7),
                ("resnet", {"depth": 50, "stem": "large"}, 224, "layer4", 7),
                ("resnet", {"depth": 50, "stem": "small"}, 32, "layer4", 4),
                ("resnet", {"depth": 20}, 32, "layer3", 8),
                ("vgg", {"depth": 16}, 224, "features", 7),
                ("densenet", {"depth": 121}, 224, "features", 7),
                ("inception", {"auxiliary": False}, 299, "Mixed_7c", 8),
                ("xception", {}, 299, "exit.1", 10),
                ("mobilenet", {}, 224, "blocks", 7),
                ("efficientnet", {"variant": "b0"}, 224, "features", 7),
                ("small_cnn", {}, 32, "conv3", 8), ("medium_cnn", {}, 224, "conv6", 7)):
            with self.subTest(model), MetaDevice():
                network = twins.build(model, parameters, (3, size, size), 10)
                shapes = []
                network.get_submodule(layer).register_forward_hook(
                    lambda _, __, out: shapes.append(out.shape[2:]))
                network(torch.rand(2, 3, size, size))
                self.assertEqual(shapes, [(expected, expected)])

    def test_bottlenecks_stride_where_torchvision_does(self):
        with MetaDevice():
            network = twins.build("resnet", {"depth": 50}, (3, 32, 32), 10)
        strides = [network.layer2[0].get_submodule(f"conv{i}").stride for i in (1, 2, 3)]
        self.assertEqual(strides, [(1, 1), (2, 2), (1, 1)])

    def test_names(self):
        expected = {
            ("resnet", "depth", 50): ["layer1.0.downsample.0.weight", "layer4.2.bn3.running_var"],
            ("resnet", "depth", 18): ["conv1.weight", "layer2.0.downsample.1.bias", "fc.bias"],
            ("vgg", "depth", 19): ["features.34.weight", "classifier.6.bias"],
            ("densenet", "depth", 121): [
                "features.conv0.weight", "features.denseblock4.denselayer16.norm2.running_mean",
                "features.transition3.conv.weight", "features.norm5.weight", "classifier.bias"],
            ("inception", "auxiliary", True): [
                "Conv2d_1a_3x3.bn.num_batches_tracked", "Mixed_5b.branch5x5_2.conv.weight",
                "Mixed_6a.branch3x3.conv.weight", "Mixed_6e.branch7x7dbl_5.conv.weight",
                "Mixed_7a.branch7x7x3_4.bn.bias", "Mixed_7c.branch3x3dbl_3b.conv.weight",
                "Mixed_7c.branch_pool.conv.weight", "AuxLogits.conv1.conv.weight", "fc.weight"],
            ("efficientnet", "variant", "b0"): [
                "features.0.0.weight", "features.1.0.block.1.fc1.bias",
                "features.7.0.block.3.1.weight", "features.8.1.running_var", "classifier.1.weight"],
            ("mobilenet", "", ""): ["blocks.12.pointwise.weight", "blocks.0.bn1.weight"],
            ("prednet", "", ""): ["layers.0.gates.weight", "layers.3.ahat.bias", "layers.2.a.bias"],
            ("prednet", "variant", "watanabe"): ["layers.3.peephole_o", "layers.3.p.weight"],
        }
        for (model, key, value), names in expected.items():
            with self.subTest(model), MetaDevice():
                state = twins.build(model, {key: value}, (3, 224, 224), 1000).state_dict()
                self.assertEqual([name for name in names if name not in state], [])

    def test_convolutions_of_inception(self):
        with MetaDevice():
            network = twins.build("inception", {}, (3, 299, 299), 1000)
        for name, kernel in (("Mixed_6b.branch7x7_2", (1, 7)), ("Mixed_6b.branch7x7_3", (7, 1)),
                             ("Mixed_6b.branch7x7dbl_2", (7, 1)),
                             ("Mixed_6b.branch7x7dbl_5", (1, 7)),
                             ("Mixed_7b.branch3x3_2a", (1, 3)), ("Mixed_7b.branch3x3_2b", (3, 1)),
                             ("Mixed_7a.branch7x7x3_2", (1, 7))):
            self.assertEqual(network.get_submodule(name).conv.kernel_size, kernel)


class Pieces(unittest.TestCase):
    def test_shortcut_without_parameters_adds_zeros_after(self):
        x = torch.arange(16.0).reshape(1, 1, 4, 4)
        out = resnet.ZeroPadding(2, 2)(x)
        self.assertEqual(out.flatten().tolist(), [0, 2, 8, 10] + [0] * 8)

    def test_maxima_are_padded_as_in_tensorflow(self):
        # Even: windows from 0, one row and column added after. Odd: one on each side.
        even = torch.arange(-16.0, 0.0).reshape(1, 1, 4, 4)
        self.assertEqual(xception.same_max_pool(even).flatten().tolist(), [-6, -5, -2, -1])
        odd = torch.arange(-9.0, 0.0).reshape(1, 1, 3, 3)
        self.assertEqual(xception.same_max_pool(odd).flatten().tolist(), [-5, -4, -2, -1])

    def test_strided_convolutions_of_mobilenet_start_at_the_first_pixel(self):
        convolution = mobilenet.conv3(1, 1, 2)
        with torch.no_grad():
            convolution.weight[:] = 0
            convolution.weight[0, 0, 0, 0] = 1
        x = torch.arange(16.0).reshape(1, 1, 4, 4)
        out = convolution(mobilenet.pad(x, convolution))
        self.assertEqual(out.flatten().tolist(), [0, 2, 8, 10])

    def test_widths_of_efficientnet(self):
        self.assertEqual([efficientnet.rounded(x) for x in (3, 17.6, 35.2, 44.0, 89.6)],
                         [8, 16, 32, 48, 88])

    def test_label_smoothing(self):
        network = twins.build("small_cnn", {"label_smoothing": 0.1}, (1, 32, 32), 2)
        logits = torch.tensor([[math.log(3), 0.0]])  # probabilities 3/4 and 1/4
        loss = network.objective(logits, torch.tensor([0])).item()
        self.assertAlmostEqual(loss, -0.95 * math.log(0.75) - 0.05 * math.log(0.25), places=6)

    def test_attributes_are_separate_decisions(self):
        network = twins.build("small_cnn", {}, (1, 32, 32), 2)
        logits = torch.tensor([[math.log(3), 0.0]])
        loss = network.objective(logits, torch.tensor([[1.0, 0.0]])).item()
        self.assertAlmostEqual(loss, -(math.log(0.75) + math.log(0.5)) / 2, places=6)

    def test_auxiliary_classifier_counts_two_fifths(self):
        network = twins.build("inception", {}, (3, 299, 299), 2)
        logits, other = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 0.0]])
        network.both_logits = lambda _: (logits, other)
        loss = network.loss({"inputs": None, "targets": torch.tensor([0])}).item()
        self.assertAlmostEqual(loss, math.log(1 + math.exp(-1)) + 0.4 * math.log(2), places=6)

    def test_graph_layer(self):
        layer = graph.Layer(1, 1)
        layer.load_state_dict({"self.weight": torch.tensor([[2.0]]),
                               "self.bias": torch.tensor([1.0]),
                               "neighbour.weight": torch.tensor([[10.0]])})
        out = layer(torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[1, 2], [0, 0], [2, 1]]))
        self.assertEqual(out.flatten().tolist(), [2 + 1 + 30, 4 + 1 + 10, 8 + 1 + 30])

    def test_optimizers(self):
        weight = torch.nn.Linear(1, 1)
        sgd = optimizer.build({"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}, weight)
        self.assertTrue(isinstance(sgd, torch.optim.SGD) and sgd.defaults["nesterov"])
        self.assertIsInstance(optimizer.build({"learning_rate": 0.1}, weight), torch.optim.Adam)
        self.assertIsInstance(optimizer.build({"learning_rate": 0.1, "momentum": 0.9,
                                               "optimizer": "adam"}, weight), torch.optim.Adam)


if __name__ == "__main__":
    unittest.main()
