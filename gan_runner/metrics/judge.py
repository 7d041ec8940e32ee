"""The small convolutional network that metric=classifier judges pictures with, and how it is trained."""

import logging
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.types import Shape

log = logging.getLogger(__name__)

SEED = 0
BATCH = 128
UPDATES = 1200
EXAMINE_BATCH = 500
FEATURES = 128
PIXELS_PER_SECOND = 6e6
"""Pixels trained on per second, measured on one CPU core with MNIST; only for telling how long it will take."""


class Judge(nn.Module):
    """A classifier of pictures ``[B, C, H, W]`` of any size, with 128 features before the last layer.

    Each 5x5 convolution of stride 2 halves the picture until no side is longer than 4 (three times for 28x28), and has
    16, 32, then 64 channels; one linear layer gives the features, another the classes. Batch norm and ReLU after all
    but the last. 5x5 at stride 2 costs less than 3x3 with pooling and is as accurate here.
    """

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        channels, height, width = shape
        layers: list[nn.Module] = []
        filters = 16
        while not layers or max(height, width) > 4:
            layers += [
                nn.Conv2d(channels, filters, 5, stride=2, padding=2, bias=False),
                nn.BatchNorm2d(filters),
                nn.ReLU(inplace=True),
            ]
            height, width = math.ceil(height / 2), math.ceil(width / 2)
            channels, filters = filters, min(2 * filters, 64)
        layers += [
            nn.Flatten(),
            nn.Linear(channels * height * width, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(inplace=True),
        ]
        self.features = nn.Sequential(*layers)
        self.classify = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits ``[B, K]``."""
        logits: Tensor = self.classify(self.features(images))
        return logits


class Opinion(NamedTuple):
    """Of N pictures: features ``[N, 128]``, probability of the likeliest class ``[N]`` and that class ``[N]``."""

    features: Tensor
    confidence: Tensor
    predicted: Tensor


def new_judge(source: Source, device: torch.device) -> Judge:
    """Return an untrained judge, the same one every time; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)
        return Judge(source.shape, len(source.classes)).to(device)


def train_judge(source: Source, device: torch.device) -> tuple[Judge, float]:
    """Return a judge trained on 6/7 of the source, in eval mode, and its accuracy on the other 1/7.

    AdamW on a one-cycle schedule for 1,200 batches of 128 (three epochs of MNIST, about 20 s on one CPU core, 99.1 %),
    or two epochs of a larger set. All randomness is its own: the same source, device and thread count give the same
    judge, and no other random number is disturbed.
    """
    order = torch.randperm(len(source), generator=torch.Generator().manual_seed(SEED))
    held_out, kept = order.split_with_sizes([len(source) // 7, len(source) - len(source) // 7])
    updates = max(UPDATES, 2 * len(kept) // BATCH)
    seconds = updates * BATCH * math.prod(source.shape) / PIXELS_PER_SECOND
    log.info(
        "training the classifier that generated pictures are judged with: %d labelled pictures, once for this data; "
        "about %.0f s on one CPU core",
        len(kept),
        seconds,
    )
    start = time.monotonic()
    judge = new_judge(source, device).train()
    with torch.enable_grad():
        _fit(judge, Stream(_part(source, kept), BATCH, SEED, device), updates)
    judge.eval()
    unseen = _part(source, held_out)
    predicted = examine(judge, batches_of(unseen, device)).predicted
    assert unseen.labels is not None
    accuracy = float((predicted == unseen.labels).double().mean())
    log.info("classifier trained in %.0f s: %.2f %% right on held-out data", time.monotonic() - start, 100 * accuracy)
    return judge, accuracy


def batches_of(source: Source, device: torch.device) -> Iterator[Tensor]:
    """Yield all pictures as the judge sees them, ``[500, C, H, W]`` float32 at a time on the device."""
    return (source.normalize(part.to(device)) for part in torch.split(source.samples, EXAMINE_BATCH))


@torch.inference_mode()
def examine(judge: Judge, batches: Iterable[Tensor]) -> Opinion:
    """Return what a judge in eval mode makes of batches of pictures, on the CPU."""
    opinions = []
    for images in batches:
        features = judge.features(images)
        confidence, predicted = judge.classify(features).softmax(dim=1).max(dim=1)
        opinions.append(Opinion(features.cpu(), confidence.cpu(), predicted.cpu()))
    return Opinion(*(torch.cat(parts) for parts in zip(*opinions, strict=True)))


def _fit(judge: Judge, stream: Stream, updates: int) -> None:
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=updates)
    for _ in range(updates):
        batch = stream.next()
        assert batch.labels is not None
        optimizer.zero_grad()
        cross_entropy(judge(batch.real), batch.labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()


def _part(source: Source, index: Tensor) -> Source:
    assert source.labels is not None
    return replace(source, samples=source.samples[index], labels=source.labels[index])
