"""The networks of ndbench's model plugins, written once more in PyTorch.

Written from papers and published implementations, never from the plugins, so that a test that
compares the two can find a mistake in either. Parameters and buffers have the plugins' names.
"""
from . import (autoencoder, densenet, efficientnet, graph, inception, medium_cnn, mobilenet,
               prednet, resnet, small_cnn, vgg, xception)

_FAMILIES = {
    "autoencoder": autoencoder, "densenet": densenet, "efficientnet": efficientnet,
    "graph_convolution": graph, "inception": inception, "medium_cnn": medium_cnn,
    "mobilenet": mobilenet, "prednet": prednet, "resnet": resnet, "small_cnn": small_cnn,
    "vgg": vgg, "xception": xception}


def build(model, parameters, input_shape, classes=None):
    """The network of a plugin with these parameters, a torch.nn.Module in training mode.

    Its loss(batch) takes what index.json of dump_task calls a batch: tensors by name.
    `input_shape` is that of an image or frame, (channels, height, width), or of a node, (pixels,).
    """
    if model not in _FAMILIES:
        raise ValueError(f"there is no twin of '{model}', but of {', '.join(_FAMILIES)}")
    network = _FAMILIES[model].build(parameters, tuple(input_shape), classes)
    network.label_smoothing = parameters.get("label_smoothing", 0.0)
    return network
