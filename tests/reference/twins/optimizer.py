"""The optimizer that a plugin's parameters describe."""
import torch


def build(parameters, network):
    """`optimizer` "sgd" or "adam"; where a plugin has no choice, momentum tells that it is SGD."""
    name = parameters.get("optimizer", "sgd" if "momentum" in parameters else "adam")
    shared = {"lr": parameters["learning_rate"],
              "weight_decay": parameters.get("weight_decay", 0.0)}
    if name == "adam":
        return torch.optim.Adam(network.parameters(), **shared)
    if name == "sgd":
        return torch.optim.SGD(network.parameters(), momentum=parameters.get("momentum", 0.0),
                               nesterov=parameters.get("nesterov", False), **shared)
    raise ValueError(f"there is no optimizer '{name}'")


def train_step(network, optimizer, batch):
    """The loss before the step, as a tensor."""
    optimizer.zero_grad(set_to_none=True)
    loss = network.loss(batch)
    loss.backward()
    optimizer.step()
    return loss.detach()
