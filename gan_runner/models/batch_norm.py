"""Batch norm over the whole batch, of which each of several processes has a share."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from gan_runner import ranks


class SynchronisedBatchNorm(_BatchNorm):
    """Batch norm whose statistics, the running ones too, are those of all ranks' samples together.

    With n ranks, their means m_r and (biased) variances v_r:  m = avg m_r,  v = avg v_r + avg (m_r - m)^2. One exchange
    of 2 C numbers a rank forward and one back. Torch's own ``SyncBatchNorm`` computes the same, on GPUs only.
    """

    def forward(self, samples: Tensor) -> Tensor:
        """Return ``samples`` ``[B, C, ...]`` normalised; outside training, and where one rank is at work, as ever."""
        if not self.training or ranks.size() == 1:
            return super().forward(samples)
        dims = [0, *range(2, samples.dim())]
        variance, mean = torch.var_mean(samples.float(), dims, correction=0)
        means, variances = ranks.gather(torch.stack([mean, variance])[None]).unbind(1)
        mean, variance = means.mean(0), variances.mean(0) + means.var(0, correction=0)
        self._follow(mean.detach(), variance.detach(), ranks.size() * samples.numel() // samples.shape[1])
        scale = (variance + self.eps).rsqrt() if self.weight is None else (variance + self.eps).rsqrt() * self.weight
        shift = -mean * scale if self.bias is None else self.bias - mean * scale
        shape = (-1, *(1,) * (samples.dim() - 2))
        return torch.addcmul(shift.view(shape), samples.float(), scale.view(shape)).to(samples.dtype)

    def _follow(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Move the running statistics, as torch does: towards the mean and the unbiased variance."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)

    def _check_input_dim(self, samples: Tensor) -> None:
        """Take vectors and maps alike; the layer that this one was has seen to the rest."""


def synchronise(networks: nn.Module) -> None:
    """Make every batch norm in ``networks`` a synchronised one.

    It stays the same object with the same weights and names: optimizers and checkpoints see no difference.
    """
    for module in networks.modules():
        if isinstance(module, _BatchNorm):
            module.__class__ = SynchronisedBatchNorm
