#!/usr/bin/env python3
"""Tests of the PyTorch twins of PredNet against arithmetic on numbers."""
import math
import unittest

import torch

import twins
from twins import prednet


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def relu(x):
    return max(x, 0)


class PredNet(unittest.TestCase):
    """Two layers of one channel, on frames whose pixels are all equal.

    Of each 3x3 convolution only the middle weight counts, so every pixel does the same arithmetic.
    The gates are i, f, c, o; their inputs R, the two halves of E, and R from above.
    """

    WEIGHTS = ((0.5, 0.3, 0.2, -0.7), (0.4, -0.6, 0.1, 0.3), (0.8, 0.7, -0.3, 0.9),
               (-0.2, 0.9, 0.6, 0.5))
    BIASES = (0.1, 0.2, 0.3, 0.4)
    TARGET = (1.1, -0.4, 0.05)  # of the target above: two halves of E, and the bias
    # Of the lower layer: first one that the clipping at 1 does not meet, then one that it does.
    PREDICTIONS = ((1.5, 0.05), (9.0, 0.05))
    FRAMES = (0.9, 0.1, 0.6, 0.3)

    def network(self, prediction, slope, bias, **parameters):
        network = twins.build("prednet", {"layers": 2, "width": 1, **parameters}, (1, 2, 2))
        network = network.double()
        with torch.no_grad():
            for x in network.parameters():
                x.zero_()
            for layer in network.layers:
                weight = layer.gates.weight
                weight[:, :, 1, 1] = torch.tensor(self.WEIGHTS)[:, :weight.shape[1]]
                layer.gates.bias[:] = torch.tensor(self.BIASES)
                convolution = getattr(layer, prediction)
                convolution.weight[0, 0, 1, 1], convolution.bias[0] = slope, bias
            target = network.layers[0].a
            target.weight[0, :, 1, 1] = torch.tensor(self.TARGET[:2])
            target.bias[0] = self.TARGET[2]
        return network

    def batch(self):
        frames = torch.tensor(self.FRAMES).double().reshape(-1, 1, 1, 1, 1)
        return {"frames": frames.expand(-1, 1, 1, 2, 2)}

    def gates(self, *inputs):
        return [sum(w * x for w, x in zip(weights, inputs)) + bias
                for weights, bias in zip(self.WEIGHTS, self.BIASES)]

    def target_above(self, e):
        return relu(self.TARGET[0] * e[0] + self.TARGET[1] * e[1] + self.TARGET[2])

    def test_hard_sigmoid_is_that_of_keras(self):
        x = torch.tensor([-3.0, -2.5, -1.0, 0.0, 1.0, 2.5, 4.0])
        torch.testing.assert_close(prednet.hard_sigmoid(x),
                                   torch.tensor([0.0, 0.0, 0.3, 0.5, 0.7, 1.0, 1.0]))

    def test_up_sampling_repeats_pixels(self):
        x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        self.assertEqual(prednet.up(x)[0, 0].tolist(),
                         [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]])

    def original_loss(self, slope, bias):
        r, c, e = [0.0, 0.0], [0.0, 0.0], [(0.0, 0.0), (0.0, 0.0)]
        largest = total = 0.0
        for t, a in enumerate(self.FRAMES):
            for l in (1, 0):
                above = [r[1]] if l == 0 else []
                i, f, g, o = self.gates(r[l], *e[l], *above)
                i, f, o = (min(max(0.2 * x + 0.5, 0), 1) for x in (i, f, o))
                c[l] = f * c[l] + i * math.tanh(g)
                r[l] = o * math.tanh(c[l])
            ahat = [relu(slope * x + bias) for x in r]
            largest = max(largest, ahat[0])
            ahat[0] = min(ahat[0], 1)
            e[0] = (relu(ahat[0] - a), relu(a - ahat[0]))
            a = self.target_above(e[0])
            e[1] = (relu(ahat[1] - a), relu(a - ahat[1]))
            if t:
                total += (sum(e[0]) / 2 + 0.1 * sum(e[1]) / 2) / 3
        return total, largest

    def test_original(self):
        clipped = []
        for slope, bias in self.PREDICTIONS:
            total, largest = self.original_loss(slope, bias)
            clipped.append(largest > 1)
            for fused in (False, True):
                network = self.network("ahat", slope, bias, loss="lall", fused_gates=fused)
                self.assertAlmostEqual(network.loss(self.batch()).item(), total, places=6)
        self.assertEqual(clipped, [False, True])

    PEEPHOLES = {"i": 0.6, "f": -0.4, "o": 0.9}

    def watanabe_loss(self, slope, bias):
        r, c, p = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
        largest = total = 0.0
        for a, following in zip(self.FRAMES, self.FRAMES[1:]):
            e = [(relu(a - p[0]), relu(p[0] - a))]
            a = self.target_above(e[0])
            e.append((relu(a - p[1]), relu(p[1] - a)))
            for l in (1, 0):
                above = [r[1]] if l == 0 else []
                i, f, g, o = self.gates(r[l], *e[l], *above)
                i, f, o = (sigmoid(x + self.PEEPHOLES[name] * c[l])
                           for x, name in ((i, "i"), (f, "f"), (o, "o")))
                c[l] = math.tanh(g) * i + f * c[l]
                r[l] = o * math.tanh(c[l])
            p = [relu(slope * x + bias) for x in r]
            largest = max(largest, p[0])
            p[0] = min(p[0], 1)
            total += (p[0] - following) ** 2
        return total, largest

    def test_watanabe(self):
        clipped = []
        for slope, bias in self.PREDICTIONS:
            total, largest = self.watanabe_loss(slope, bias)
            clipped.append(largest > 1)
            for fused in (False, True):
                network = self.network("p", slope, bias, variant="watanabe", fused_gates=fused)
                with torch.no_grad():
                    for layer in network.layers:
                        for name, value in self.PEEPHOLES.items():
                            getattr(layer, f"peephole_{name}").fill_(value)
                self.assertAlmostEqual(network.loss(self.batch()).item(), total, places=6)
        self.assertEqual(clipped, [False, True])

    def test_orders_of_errors(self):
        """The published codes disagree: the prediction minus the target comes first, or last."""
        frame = self.batch()["frames"][0]
        original = self.network("ahat", 0, 0.25)
        _, _, (e, _) = original.step(frame, *original.first_state(frame))
        self.assertEqual(e[0, :, 0, 0].tolist(), [0, torch.tensor(0.9).item() - 0.25])
        seen = []
        watanabe = self.network("p", 0, 0, variant="watanabe")
        watanabe.descend = lambda r, c, e: (seen.append(e[0]), (r, c))[1]
        watanabe.step(frame, *watanabe.first_state(frame))
        self.assertEqual(seen[0][0, :, 0, 0].tolist(), [torch.tensor(0.9).item(), 0])

    def test_losses_of_the_layers(self):
        torch.manual_seed(5)
        network = twins.build("prednet", {"layers": 2, "width": 2, "loss": "lall"}, (1, 4, 4))
        frames = torch.rand(3, 2, 1, 4, 4)
        state, means = network.first_state(frames[0]), []
        for frame in frames:
            state = network.step(frame, *state)
            means.append([e.mean().item() for e in state[2]])
        (_, (low1, high1), (low2, high2)) = means
        self.assertAlmostEqual(network.loss({"frames": frames}).item(),
                               (low1 + low2 + 0.1 * (high1 + high2)) / 2, places=6)
        network.weights = [1.0, 0.0]
        self.assertAlmostEqual(network.loss({"frames": frames}).item(), (low1 + low2) / 2, places=6)

    def test_gates_in_one_convolution_are_the_same_network(self):
        torch.manual_seed(6)
        for variant in ("original", "watanabe"):
            parameters = {"variant": variant, "layers": 3, "width": 4}
            apart, fused = (twins.build("prednet", {**parameters, "fused_gates": value}, (3, 8, 16))
                            for value in (False, True))
            apart, fused = apart.double(), fused.double()
            fused.load_state_dict(apart.state_dict())
            batch = {"frames": torch.rand(4, 2, 3, 8, 16).double()}
            gradients = []
            for network in (apart, fused):
                network.loss(batch).backward()
                gradients.append(torch.cat([x.grad.flatten() for x in network.parameters()]))
            self.assertGreater(gradients[0].norm().item(), 0)
            torch.testing.assert_close(*gradients)

    def test_gradients_are_those_of_finite_differences(self):
        torch.manual_seed(4)
        for variant in ("original", "watanabe"):
            network = twins.build("prednet", {"variant": variant, "layers": 2, "width": 3,
                                              "loss": "lall"}, (2, 4, 4)).double()
            batch = {"frames": torch.rand(4, 1, 2, 4, 4).double()}
            network.loss(batch).backward()
            direction = [torch.randn_like(x) for x in network.parameters()]
            slope = sum((x.grad * d).sum().item() for x, d in zip(network.parameters(), direction))
            values = []
            for step in (1e-6, -2e-6):
                with torch.no_grad():
                    for x, d in zip(network.parameters(), direction):
                        x += step * d
                    values.append(network.loss(batch).item())
            self.assertAlmostEqual((values[0] - values[1]) / 2e-6 / slope, 1, places=5)

    def test_a_window_may_continue_the_last(self):
        network = self.network("p", 1.5, 0.05, variant="watanabe")
        frames = torch.rand(5, 1, 1, 2, 2).double()
        whole = network.loss({"frames": frames}).item()
        first = network.loss({"frames": frames[:3]}).item()
        rest = network.loss({"frames": frames[2:], "continues": torch.tensor([1])}).item()
        self.assertAlmostEqual(first + rest, whole)


if __name__ == "__main__":
    unittest.main()
