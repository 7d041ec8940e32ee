"""The small convolutional networks that metric=classifier judges pictures with, and how they are trained."""

import hashlib
import logging
import math
import time
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.metrics.batches import batches_of
from gan_runner.types import Shape

log = logging.getLogger(__name__)

SEED = 0
BATCH = 128
UPDATES = 1200
MOST_UPDATES = 20_000
HELD_OUT = 20_000
FEATURES = 128
PIXELS_PER_SECOND = 6e6
"""Pixels (of whatever channels) trained on per second, measured on one CPU core; only to tell how long it will take."""


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


class ChannelJudge(nn.Module):
    """A classifier of pictures ``[B, C, H, W]`` whose channels each show one of k classes: one judge for all channels.

    The K = k^C classes are all combinations, the first channel's class the most significant digit of the number. So the
    probability of a combination is the product of its channels', and there are 128 features a channel. Held-out stacks
    are made of digits that other stacks have shown: 99.9 % are read right, of stacks of MNIST's test digits 97.9 %.
    """

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        self.channels, *sides = shape
        self.one = Judge((1, *sides), classes_per_channel(shape, classes))

    def features(self, images: Tensor) -> Tensor:
        """Return ``[B, C * 128]``."""
        features: Tensor = self.one.features(images.flatten(0, 1).unsqueeze(1))
        return features.reshape(len(images), -1)

    def classify(self, features: Tensor) -> Tensor:
        """Return logits ``[B, K]`` from features."""
        first, *others = self.one.classify(features.reshape(len(features), self.channels, -1)).unbind(1)
        for logits in others:
            first = (first.unsqueeze(2) + logits.unsqueeze(1)).flatten(1)
        combined: Tensor = first
        return combined

    def forward(self, images: Tensor) -> Tensor:
        """Return logits ``[B, K]``."""
        return self.classify(self.features(images))


def classes_per_channel(shape: Shape, classes: int) -> int:
    """Return the k for which the k^C combinations of k classes in each of the C channels are nearest to ``classes``."""
    return round(float(classes ** (1 / shape[0])))


def digest_of(network: nn.Module) -> str:
    """Return the SHA-256 of a network's weights and buffers, in their order."""
    digest = hashlib.sha256()
    for name, weight in network.state_dict().items():
        digest.update(name.encode() + weight.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


class Opinion(NamedTuple):
    """Of N pictures: features ``[N, F]``, probability of the likeliest class ``[N]`` and that class ``[N]``."""

    features: Tensor
    confidence: Tensor
    predicted: Tensor


def new_judge(source: Source, device: torch.device, per_channel: bool = False) -> Judge | ChannelJudge:
    """Return an untrained judge, the same one every time; the global random state is left as it was."""
    kind = ChannelJudge if per_channel else Judge
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)
        return kind(source.shape, len(source.classes)).to(device)


def train_judge(source: Source, device: torch.device, per_channel: bool = False) -> tuple[Judge | ChannelJudge, float]:
    """Return a judge trained on 6/7 of the source, in eval mode, and its accuracy on the other 1/7.

    Of large sets no more than 20,000 pictures are held out. AdamW on a one-cycle schedule for 1,200 batches of 128
    (three epochs of MNIST, about 20 s on one CPU core, 99.1 %), for two epochs of a larger set, but never more than
    20,000 batches: 2.6 million pictures. All randomness is its own: the same source, device and thread count give the
    same judge, and no other random number is disturbed.
    """
    assert source.labels is not None
    order = torch.randperm(len(source), generator=torch.Generator().manual_seed(SEED))
    unseen = min(len(source) // 7, HELD_OUT)
    held_out, kept = order[:unseen].sort().values, order[unseen:]
    updates = min(max(UPDATES, 2 * len(kept) // BATCH), MOST_UPDATES)
    channels, height, width = source.shape
    seconds = updates * BATCH * height * width * (channels if per_channel else 1) / PIXELS_PER_SECOND
    log.info(
        "training the classifier that generated pictures are judged with: %d labelled pictures, once for this data; "
        "about %.0f s on one CPU core",
        len(kept),
        seconds,
    )
    start = time.monotonic()
    judge = new_judge(source, device, per_channel).train()
    with torch.enable_grad(), closing(Stream(source.part(kept), BATCH, SEED, device)) as stream:
        _fit(judge, stream, updates)
    judge.eval()
    predicted = examine(judge, batches_of(source, held_out, device)).predicted
    accuracy = float((predicted == source.labels[held_out]).double().mean())
    log.info("classifier trained in %.0f s: %.2f %% right on held-out data", time.monotonic() - start, 100 * accuracy)
    return judge, accuracy


@torch.inference_mode()
def examine(judge: Judge | ChannelJudge, batches: Iterable[Tensor]) -> Opinion:
    """Return what a judge in eval mode makes of batches of pictures, on the CPU."""
    opinions = []
    for images in batches:
        features = judge.features(images)
        confidence, predicted = judge.classify(features).softmax(dim=1).max(dim=1)
        opinions.append(Opinion(features.cpu(), confidence.cpu(), predicted.cpu()))
    return Opinion(*(torch.cat(parts) for parts in zip(*opinions, strict=True)))


def _fit(judge: Judge | ChannelJudge, stream: Stream, updates: int) -> None:
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=updates)
    for _ in range(updates):
        batch = stream.next()
        assert batch.labels is not None
        optimizer.zero_grad()
        cross_entropy(judge(batch.real), batch.labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
