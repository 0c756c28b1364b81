"""PredNet in its two published forms, as `variant` of one network.

Both stack L layers of sizes s_0 = image channels, s_1 = width, s_2 = 2 width, s_3 = 4 width, ...
Layer l works on images of H / 2^l x W / 2^l, so H and W are divisible by 2^(L-1). R_l and c_l (the
hidden and cell state of a convolutional LSTM), the target A_l and its prediction have s_l
channels, the error E_l has 2 s_l. All convolutions are 3x3, stride 1, zero padding 1. Up-sampling
by 2 repeats each pixel; pooling is 2x2 maxima, stride 2. All states start at zero. The derivative
of relu at 0 is 0, and that of min(relu(x), 1) too: both meet exact zeros in the first frame, as
the biases start at zero, so clamp(x, 0, 1), whose derivative at 0 is 1, is wrong here.

## original

Lotter, Kreiman, Cox: Deep Predictive Coding Networks for Video Prediction and Unsupervised
Learning, ICLR 2017, arXiv 1605.08104; prednet.py and kitti_train.py of github.com/coxlab/prednet,
commit 843b452f52bb44ca79ba6f65365e9d60cebed489.

    for every frame A_0 = x_t:
      for l = L-1 .. 0:                                    # in step(): "Update R units"
        z    = concat(R_l(t-1), E_l(t-1), up(R_{l+1}(t)))  # the top layer has only the first two
        i, f, o = hs(conv_i(z)), hs(conv_f(z)), hs(conv_o(z))   # hs(x) = clip(0.2 x + 0.5, 0, 1)
        c_l  = f * c_l + i * tanh(conv_c(z))
        R_l  = o * tanh(c_l)
      for l = 0 .. L-1:
        Ahat = relu(conv_ahat(R_l));  for l = 0: min(Ahat, 1)
        E_l  = concat(relu(Ahat - A_l), relu(A_l - Ahat))  # prediction minus target comes first
        A_{l+1} = maxpool(relu(conv_a(E_l)))               # l < L-1

    loss = sum_t lambda_t sum_l lambda_l mean(E_l(t))      # mean over batch, channels and pixels
    lambda_t = 0 for the first frame, 1 / (T-1) for the others
    lambda_l = 1, 0, 0, ... ("l0") or 1, 0.1, 0.1, ... ("lall")

The published loss is the mean absolute difference of this from 0; nothing in it is negative.

Every convolution has a bias:

    layers.<l>.gates  3 s_l (+ s_{l+1} below the top) -> 4 s_l   output stacked i, f, c, o;
                                                       input stacked R_l, E_l, up(R_{l+1})
    layers.<l>.ahat   s_l -> s_l
    layers.<l>.a      2 s_l -> s_{l+1}                 l < L-1

    parameters of 3/48/96/192     gates       ahat         a
                      layer 0     6 168         84     2 640
                            1   414 912     20 784    83 040
                            2 1 659 264     83 040   331 968
                            3 3 982 080    331 968         -    6 915 948 in all

Initially (the defaults of Keras 2) weights are uniform in +-sqrt(6 / (fan_in + fan_out)) and
biases 0. The fans are those of one gate: 9 s_l out of each, not 36 s_l. Training there: T = 10,
batch 4, Adam with 1e-3 and, after 75 of 150 epochs of 500 sequences, 1e-4.

## watanabe

The network of Watanabe et al., Front. Psychol. 9:345 (2018): PredNet/net.py and main.py of
github.com/eijwat/prednet_in_chainer_py3, commit 141d86c0f6b5aacfd39fd01eb61e6b404ec402a6, which is
quadjr/PredNet, commit 6e8fa589a234043096e69695e2f03ef555e30ae5, brought to Python 3.

    for every frame x_t but the last, P_l being the prediction made at the frame before, first 0:
      for l = 0 .. L-1:
        A_0  = x_t;  A_l = maxpool(relu(conv_a(E_{l-1})))
        E_l  = concat(relu(A_l - P_l), relu(P_l - A_l))    # target minus prediction comes first
      for l = L-1 .. 0:                                    # x_*1: below the top
        i = sigmoid(x_i0(E_l) + x_i1(up(R_{l+1}(t))) + h_i(R_l(t-1)) + peephole_i * c_l(t-1))
        f = sigmoid(x_f0(E_l) + x_f1(up(R_{l+1}(t))) + h_f(R_l(t-1)) + peephole_f * c_l(t-1))
        g = tanh   (x_c0(E_l) + x_c1(up(R_{l+1}(t))) + h_c(R_l(t-1)))
        o = sigmoid(x_o0(E_l) + x_o1(up(R_{l+1}(t))) + h_o(R_l(t-1)) + peephole_o * c_l(t-1))
        c_l(t) = g * i + f * c_l(t-1);  R_l(t) = o * tanh(c_l(t))
        P_l  = relu(conv_p(R_l));  for l = 0: min(P_0, 1)

    loss = sum_t mean((P_0(t) - x_{t+1})^2)                # mean over batch, channels and pixels

The output gate, too, looks at the old cell, c_l(t-1). The convolutions x_* have no bias; the four
h_*, conv_p and conv_a have one. Hence one stacked convolution with one bias per gate and channel is
the same network:

    layers.<l>.gates       3 s_l (+ s_{l+1} below the top) -> 4 s_l, bias 4 s_l
                           output stacked i, f, c, o; input stacked R_l, E_l, up(R_{l+1})
    layers.<l>.peephole_i, .peephole_f, .peephole_o   [s_l, H / 2^l, W / 2^l], no bias
    layers.<l>.p           s_l -> s_l, bias
    layers.<l>.a           2 s_l -> s_{l+1}, bias      l < L-1; ConvA<l+1> there

    parameters of 3/48/96/192     gates          p         a   peepholes (160 x 120)
                      layer 0     6 168         84     2 640     172 800
                            1   414 912     20 784    83 040     691 200
                            2 1 659 264     83 040   331 968     345 600
                            3 3 982 080    331 968         -     172 800    8 298 348 in all

Initially (the defaults of Chainer) weights are normal with deviation sqrt(1 / fan_in), where the
fan is that of each separate convolution: 9 s_l for h_*, 18 s_l for x_*0, 9 s_{l+1} for x_*1;
peepholes are normal with deviation sqrt(1 / (s_l H_l W_l)); biases 0. Training there: batch 1,
frames in order, Adam with 1e-3, an update every 20 frames, gradients cut there (truncated
backpropagation), R, c and P kept until the sequence ends. A window of 21 frames gives 20
predictions, and the last frame of a window is the first of the next. (There the first window of a
sequence has one prediction less, for the test is `(i + 1) % 20 == 0` with i from 1.)

Here a window starts from zero, unless its batch holds a tensor `continues` other than 0.
"""
import torch
from torch import nn
from torch.nn import functional as F


def hard_sigmoid(x):
    """That of Keras 1 and 2; torch's hardsigmoid has a slope of 1/6."""
    return (0.2 * x + 0.5).clamp(0, 1)


def up(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


def error(first, second):
    """Both signs of a difference, as channels."""
    return torch.cat((F.relu(first - second), F.relu(second - first)), 1)


def conv3(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class Layer(nn.Module):
    """What a layer of either variant has. `size` is s_l, `above` is s_{l+1} or 0 at the top."""

    prediction = None  # the name of the convolution that predicts

    def __init__(self, size, above):
        super().__init__()
        self.size = size
        self.gates = conv3(3 * size + above, 4 * size)
        self.add_module(self.prediction, conv3(size, size))
        if above:
            self.a = conv3(2 * size, above)

    def predict(self, r, lowest):
        prediction = F.relu(getattr(self, self.prediction)(r))
        return prediction.clamp(max=1) if lowest else prediction

    def target_above(self, e):
        return F.max_pool2d(F.relu(self.a(e)), 2)


class OriginalLayer(Layer):
    prediction = "ahat"

    def recur(self, r, c, e, from_above, fused):
        z = torch.cat((r, e) if from_above is None else (r, e, from_above), 1)
        if fused:
            i, f, g, o = self.gates(z).chunk(4, 1)
        else:
            i, f, g, o = (F.conv2d(z, weight, bias, padding=1) for weight, bias in
                          zip(self.gates.weight.chunk(4), self.gates.bias.chunk(4)))
        c = hard_sigmoid(f) * c + hard_sigmoid(i) * torch.tanh(g)
        return hard_sigmoid(o) * torch.tanh(c), c


class WatanabeLayer(Layer):
    prediction = "p"

    def __init__(self, size, above, height, width):
        super().__init__(size, above)
        for gate in "ifo":
            peephole = torch.randn(size, height, width) / (size * height * width) ** 0.5
            self.register_parameter(f"peephole_{gate}", nn.Parameter(peephole))

    def gate_inputs(self, r, e, from_above, fused):
        """Of i, f, the candidate and o, without the peepholes."""
        inputs = [x for x in (r, e, from_above) if x is not None]
        if fused:
            return self.gates(torch.cat(inputs, 1)).chunk(4, 1)
        sums = []
        for weight, bias in zip(self.gates.weight.chunk(4), self.gates.bias.chunk(4)):
            of_r, *of_inputs = weight.split([x.shape[1] for x in inputs], 1)
            total = F.conv2d(r, of_r, bias, padding=1)
            for x, part in zip(inputs[1:], of_inputs):
                total = total + F.conv2d(x, part, padding=1)
            sums.append(total)
        return sums

    def recur(self, r, c, e, from_above, fused):
        i, f, g, o = self.gate_inputs(r, e, from_above, fused)
        i = torch.sigmoid(i + self.peephole_i * c)
        f = torch.sigmoid(f + self.peephole_f * c)
        o = torch.sigmoid(o + self.peephole_o * c)
        c = torch.tanh(g) * i + f * c
        return o * torch.tanh(c), c


class PredNet(nn.Module):
    """What both variants share: the layers' sizes, their states, and the way down."""

    def __init__(self, input_shape, sizes, fused):
        super().__init__()
        self.input_shape = input_shape
        self.fused = fused
        self.state = None
        _, height, width = input_shape
        if height % 2 ** (len(sizes) - 1) or width % 2 ** (len(sizes) - 1):
            raise ValueError(f"{height}x{width} cannot be halved {len(sizes) - 1} times")
        self.layers = nn.ModuleList(
            self.layer(size, above, height >> l, width >> l)
            for l, (size, above) in enumerate(zip(sizes, [*sizes[1:], 0])))

    def zeros(self, frame, factor=1):
        """One tensor per layer, of `factor` times its size in channels."""
        _, height, width = self.input_shape
        return [frame.new_zeros(len(frame), factor * layer.size, height >> l, width >> l)
                for l, layer in enumerate(self.layers)]

    def descend(self, r, c, e):
        """The new R and c of every layer, from the top down."""
        r, c = list(r), list(c)
        from_above = None
        for l in reversed(range(len(self.layers))):
            r[l], c[l] = self.layers[l].recur(r[l], c[l], e[l], from_above, self.fused)
            from_above = up(r[l]) if l else None
        return r, c

    def start(self, batch):
        """The state before the first frame."""
        if "continues" in batch and batch["continues"].any():
            return [[x.detach() for x in part] for part in self.state]
        return self.first_state(batch["frames"][0])


class Original(PredNet):
    def __init__(self, input_shape, sizes, fused, loss):
        super().__init__(input_shape, sizes, fused)
        self.weights = [1.0] + [{"l0": 0.0, "lall": 0.1}[loss]] * (len(sizes) - 1)

    def layer(self, size, above, height, width):
        return OriginalLayer(size, above)

    def first_state(self, frame):
        return self.zeros(frame), self.zeros(frame), self.zeros(frame, 2)

    def step(self, frame, r, c, e):
        """R, c and E of every layer after this frame."""
        r, c = self.descend(r, c, e)
        e, target = [], frame
        for l, layer in enumerate(self.layers):
            e.append(error(layer.predict(r[l], l == 0), target))
            if l + 1 < len(self.layers):
                target = layer.target_above(e[l])
        return r, c, e

    def loss(self, batch):
        frames = batch["frames"]
        state, total = self.start(batch), 0
        for t, frame in enumerate(frames):
            state = self.step(frame, *state)
            if t:
                total = total + sum(weight * e.mean() for weight, e in zip(self.weights, state[2])
                                    if weight)
        self.state = state
        return total / (len(frames) - 1)


class Watanabe(PredNet):
    def layer(self, size, above, height, width):
        return WatanabeLayer(size, above, height, width)

    def first_state(self, frame):
        return self.zeros(frame), self.zeros(frame), self.zeros(frame)

    def step(self, frame, r, c, p):
        """R, c and P of every layer after this frame."""
        e, target = [], frame
        for l, layer in enumerate(self.layers):
            e.append(error(target, p[l]))
            if l + 1 < len(self.layers):
                target = layer.target_above(e[l])
        r, c = self.descend(r, c, e)
        return r, c, [layer.predict(r[l], l == 0) for l, layer in enumerate(self.layers)]

    def loss(self, batch):
        frames = batch["frames"]
        state, total = self.start(batch), 0
        for frame, following in zip(frames, frames[1:]):
            state = self.step(frame, *state)
            total = total + F.mse_loss(state[2][0], following)
        self.state = state
        return total


def build(parameters, input_shape, _):
    """`fused_gates`: one convolution for the four gates, as one would write it for speed."""
    channels, width = input_shape[0], parameters.get("width", 48)
    sizes = [channels] + [width << l for l in range(parameters.get("layers", 4) - 1)]
    fused = parameters.get("fused_gates", False)
    variant = parameters.get("variant", "original")
    if variant == "original":
        return Original(input_shape, sizes, fused, parameters.get("loss", "l0"))
    if variant == "watanabe":
        return Watanabe(input_shape, sizes, fused)
    raise ValueError(f"prednet has no variant '{variant}'")
