"""A GAN's training written by hand in two ways: a textbook's, and the best that we know for one pair of networks."""

import copy
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.nets import Net, copy_weights
from gan_runner.build import Parts
from gan_runner.training.device import autocast

DECAY = 0.999


@dataclass(frozen=True)
class Switches:
    """Torch's process-wide switches, those of a fresh process unless they are taken from this one with ``now``."""

    products: str = "highest"
    tf32: bool = True
    autotune: bool = False

    @classmethod
    def now(cls) -> "Switches":
        """Return the switches as they stand."""
        cudnn = torch.backends.cudnn
        return cls(torch.get_float32_matmul_precision(), cudnn.allow_tf32, cudnn.benchmark)

    def set(self) -> None:
        """Put the switches."""
        torch.set_float32_matmul_precision(self.products)
        torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark = self.tf32, self.autotune

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put the switches for a while."""
        before = self.now()
        self.set()
        try:
            yield
        finally:
            before.set()


class Stepper(ABC):
    """A loop that can be let run for some steps at a time; ``images`` counts the real ones it was shown."""

    switches: Switches
    images: int = 0

    @abstractmethod
    def step(self) -> None:
        """Play a step: an update of the discriminator, then one of the generator."""

    @abstractmethod
    def advance(self, steps: int) -> float:
        """Play so many steps and return the seconds that they took."""


class ByHand(Stepper):
    """A loop written for networks in hand, on data in memory."""

    def __init__(self, parts: Parts) -> None:
        self.device, self.precision = parts.device, parts.run.precision
        self.batch, self.latent_dim = parts.trainer.batch_size, parts.game.prior.dim  # type: ignore[attr-defined]
        settings = parts.engine.optimizers["generator"].defaults
        self.adam: dict[str, Any] = {key: settings[key] for key in ("lr", "betas", "eps")}

    def advance(self, steps: int) -> float:
        """Play so many steps and return the seconds that they took."""
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.images += steps * self.batch
        return time.perf_counter() - start


class Textbook(ByHand):
    """The loop of tutorials, with the weights of ``parts`` to start from: torch's defaults, nothing clever.

    Adam as it comes, latents from numpy, labels made in every step, both losses read in every step, gradients for the
    discriminator in the generator's turn too. Only the data lie in memory, as the numbers that the networks see.
    """

    def __init__(self, net: Net, parts: Parts) -> None:
        super().__init__(parts)
        self.switches = Switches()
        pair = net.textbook()
        for module, name in zip(pair, ("generator", "discriminator"), strict=True):
            copy_weights(parts.game.networks[name], module)
        self.generator, self.discriminator = (module.to(self.device) for module in pair)
        self.adam_g = torch.optim.Adam(self.generator.parameters(), **self.adam)
        self.adam_d = torch.optim.Adam(self.discriminator.parameters(), **self.adam)
        self.criterion = nn.BCEWithLogitsLoss() if net.loss == "bce" else half_squares
        assert isinstance(parts.source.samples, Tensor)
        self.data = parts.source.normalize(parts.source.samples).contiguous()
        self.rng = np.random.default_rng(0)

    def step(self) -> None:
        """Play a step on random samples."""
        real = self.data[torch.randint(len(self.data), (self.batch,))].to(self.device)
        latent = torch.from_numpy(self.rng.normal(0, 1, (self.batch, self.latent_dim))).float().to(self.device)
        self.play(real, latent)

    def play(self, real: Tensor, latent: Tensor) -> tuple[float, float]:
        """Play a step on these samples and latents and return the losses of discriminator and generator."""
        real_label = torch.ones(len(real), 1, device=self.device)
        fake_label = torch.zeros(len(real), 1, device=self.device)

        self.adam_d.zero_grad()
        with autocast(self.device, self.precision):
            fake = self.generator(latent)
            real_loss = self.criterion(self.discriminator(real).float(), real_label)
            fake_loss = self.criterion(self.discriminator(fake.detach()).float(), fake_label)
        d_loss = real_loss + fake_loss
        d_loss.backward()
        self.adam_d.step()

        self.adam_g.zero_grad()
        with autocast(self.device, self.precision):
            g_loss = self.criterion(self.discriminator(fake).float(), real_label)
        g_loss.backward()
        self.adam_g.step()
        return d_loss.item(), g_loss.item()


def half_squares(scores: Tensor, labels: Tensor) -> Tensor:
    """Return 0.5 E (scores - labels)^2."""
    return 0.5 * F.mse_loss(scores, labels)


def softplus_term(scores: Tensor, real: bool) -> Tensor:
    """Return the binary cross-entropy of raw ``scores`` of which all are to be called real, or all fake."""
    return F.softplus(-scores if real else scores).mean()


def squares_term(scores: Tensor, real: bool) -> Tensor:
    """Return half the mean squared distance of ``scores`` from 1 for real, 0 for fake."""
    return 0.5 * (scores - float(real)).square().mean()


class Bare(ByHand):
    """The best loop for this net alone, on the networks of ``parts``: what composing and recording is held against.

    uint8 samples gathered by ``index_select``, fused Adam, a discriminator frozen in the generator's turn, nothing read
    by the host, and the running average of the generator. Fakes are made once, for both.
    """

    def __init__(self, net: Net, parts: Parts) -> None:
        super().__init__(parts)
        self.switches = Switches.now()
        self.generator, self.discriminator = parts.game.networks["generator"], parts.game.networks["discriminator"]
        self.adam_g = torch.optim.Adam(self.generator.parameters(), fused=True, **self.adam)
        self.adam_d = torch.optim.Adam(self.discriminator.parameters(), fused=True, **self.adam)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.averaged: list[Tensor] = list(self.average.parameters())
        self.current: list[Tensor] = list(self.generator.parameters())
        self.buffers = list(zip(self.average.buffers(), self.generator.buffers(), strict=True))
        self.term: Callable[[Tensor, bool], Tensor] = softplus_term if net.loss == "bce" else squares_term
        assert isinstance(parts.source.samples, Tensor)
        self.samples = parts.source.samples.to(self.device)

    def step(self) -> None:
        """Play a step on random samples."""
        index = torch.randint(len(self.samples), (self.batch,), device=self.device)
        real = self.samples.index_select(0, index)
        if real.dtype == torch.uint8:
            real = real.float().mul_(2 / 255).sub_(1)
        latent = torch.randn(self.batch, self.latent_dim, device=self.device)

        self.discriminator.requires_grad_(True)
        self.adam_d.zero_grad(set_to_none=True)
        with autocast(self.device, self.precision):
            fake = self.generator(latent)
            real_scores, fake_scores = self.discriminator(real), self.discriminator(fake.detach())
        loss = self.term(real_scores.float(), True) + self.term(fake_scores.float(), False)
        loss.backward()  # type: ignore[no-untyped-call]
        self.adam_d.step()

        self.discriminator.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        with autocast(self.device, self.precision):
            scores = self.discriminator(fake)
        self.term(scores.float(), True).backward()  # type: ignore[no-untyped-call]
        self.adam_g.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, self.current, 1 - DECAY)
            for averaged, current in self.buffers:
                averaged.copy_(current)
