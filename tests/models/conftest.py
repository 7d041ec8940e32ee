"""What the tests of the architectures share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import Tensor, nn

from gan_runner.construct import construct
from gan_runner.types import Shape

ARCH_DIR = Path(__file__).parents[2] / "conf" / "arch"
SMALL: dict[str, dict[str, Any]] = {
    "began": {"width": 8},
    "ebgan": {"width": 8},
    "r3gan": {"width": 16, "groups": 4},
    "resnet": {"width": 8},
    "sngan": {"width": 8},
    "sngan_resnet": {"width": 8},
    "resnet101": {"width": 8},
    "wgan_gp_mnist": {"width": 8},
    "wgan_mlp": {"width": 8},
}
"""Settings that keep the tests of what all architectures share quick."""
Build = Callable[..., tuple[nn.Module, nn.Module, int]]
MapShapes = Callable[[nn.Module, Tensor], list[tuple[int, ...]]]


@pytest.fixture
def build() -> Build:
    """Return a function from a file of ``conf/arch`` to its (generator, discriminator, size of the latents).

    There are ten classes. Dropout is off, so that two passes give the same.
    """

    def built(arch: str, shape: Shape, **settings: Any) -> tuple[nn.Module, nn.Module, int]:
        config = OmegaConf.create({"arch": OmegaConf.load(ARCH_DIR / f"{arch}.yaml")})
        node: Any = OmegaConf.to_container(config.arch, resolve=True)
        latent_dim = node["latent"]["dim"]
        settings = SMALL.get(arch, {}) | settings
        torch.manual_seed(0)
        sides = []
        for side in ("generator", "discriminator"):
            quiet = {key: 0.0 if key.endswith("dropout") else value for key, value in node[side].items()}
            facts = {"shape": shape, "classes": 10, "latent_dim": latent_dim}
            sides.append(construct(quiet | settings, f"arch.{side}", **facts))
        return sides[0], sides[1], latent_dim

    return built


@pytest.fixture
def weight_count() -> Callable[[nn.Module], int]:
    """Return a function that counts the numbers a network trains."""
    return lambda network: sum(weight.numel() for weight in network.parameters())


@pytest.fixture
def layer_shapes() -> MapShapes:
    """Return a function from a network and its input to what each layer with weights, bar norms, puts out: no batch."""

    def shapes(network: nn.Module, inputs: Tensor) -> list[tuple[int, ...]]:
        seen: list[tuple[int, ...]] = []
        hooks = [
            module.register_forward_hook(lambda _module, _inputs, output: seen.append(tuple(output.shape[1:])))
            for module in network.modules()
            if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)
        ]
        network(inputs)
        for hook in hooks:
            hook.remove()
        return seen

    return shapes
