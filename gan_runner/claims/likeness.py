"""How alike pictures are, whatever their brightness and contrast: what claims compare samples and templates by."""

from torch import Tensor
from torch.nn import functional as F


def correlations(pictures: Tensor, templates: Tensor) -> Tensor:
    """Return Pearson's correlation ``[N, K]`` of the pixels of pictures ``[N, ...]`` and templates ``[K, ...]``.

    One without contrast correlates with none: 0.
    """
    return _unit(pictures) @ _unit(templates).T


def _unit(pictures: Tensor) -> Tensor:
    flat = pictures.float().flatten(1)
    return F.normalize(flat - flat.mean(dim=1, keepdim=True), dim=1)
