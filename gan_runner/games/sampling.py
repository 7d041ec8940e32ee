"""How a network is run when its output is looked at rather than trained on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def batch_norms(network: nn.Module) -> list[nn.Module]:
    """Return the batch norm layers of ``network``."""
    return [module for module in network.modules() if isinstance(module, _BatchNorm)]


@contextmanager
def sampling_mode(network: nn.Module, statistics: Literal["running", "batch"]) -> Iterator[None]:
    """Run ``network`` without gradients or dropout, then put it back exactly as it was.

    Batch norm uses its running statistics (as LSGAN's code samples) or each batch's own (as DCGAN's and WGAN's do,
    which sample in training mode); the latter would shift the running ones, so those are restored afterwards.
    """
    modes = {module: module.training for module in network.modules()}
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()} if statistics == "batch" else {}
    network.eval()
    if statistics == "batch":
        for module in batch_norms(network):
            module.train()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
        for name, buffer in network.named_buffers():
            if name in buffers:
                buffer.copy_(buffers[name])
