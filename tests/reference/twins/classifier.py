"""What the networks from images to classes share: their loss, and a convolution's usual company."""
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    """A network whose forward() gives logits.

    Targets are classes, [N] int64, or attributes that an image has or lacks, [N, classes] float.
    """

    label_smoothing = 0.0

    def objective(self, logits, targets):
        if targets.is_floating_point():
            return F.binary_cross_entropy_with_logits(logits, targets)
        return F.cross_entropy(logits, targets, label_smoothing=self.label_smoothing)

    def loss(self, batch):
        return self.objective(self(batch["inputs"]), batch["targets"])


def dropout_rate(parameters, published):
    """The plugins' `dropout` says whether to drop at the published rate; a number is a rate."""
    switch = parameters.get("dropout", True)
    return published if switch is True else float(switch)


def conv(inputs, outputs, kernel, stride=1, **options):
    """A convolution without bias, as a normalization follows, that keeps the size at stride 1."""
    padding = options.pop("padding", kernel // 2)
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False, **options)


def keras_norm(channels):
    """Batch normalization with the defaults of Keras, whose momentum weighs the old average."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def mean_pixel(x):
    return x.mean((2, 3))
