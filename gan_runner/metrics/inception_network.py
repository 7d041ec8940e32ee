"""The Inception-v3 network that metric=inception judges with: torch-fidelity's, with weights from the user's file."""

import hashlib
import importlib
import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_runner.errors import UsageError
from gan_runner.pixels import to_bytes

FILE = "weights-inception-2015-12-05-6726825d.pth"
STANDARD = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""The weights that torch-fidelity converted from those of the first FIDs, and their SHA-256."""
BATCH = 50


class Extractor:
    """Inception's view of pictures as networks see them, ``low..high``, of one or three channels and any size.

    They are rounded to the bytes that saved pictures have; the network enlarges them to 299 x 299 as TensorFlow does.
    """

    def __init__(self, network: Any, device: torch.device, low: float, high: float) -> None:
        self._network = network
        self.device = device
        self._low = low
        self._high = high

    @torch.inference_mode()
    def __call__(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pooled features ``[B, 2048]`` and the logits ``[B, 1008]``, without bias as papers have it.

        ``pictures`` are ``[B, C, H, W]``; the answer is float32 on the CPU.
        """
        parts = [self._network(self.to_bytes(part.to(self.device))) for part in torch.split(pictures, BATCH)]
        features, logits = (torch.cat(both).cpu() for both in zip(*parts, strict=True))
        return features, logits

    def to_bytes(self, pictures: Tensor) -> Tensor:
        """Return uint8 ``[B, 3, H, W]``, grey pictures three times."""
        return to_bytes(pictures, self._low, self._high).expand(-1, 3, -1, -1)


def read_weights(path: Path | None, sha256: str) -> tuple[bytes, str]:
    """Return the content of the weight file and its SHA-256, whose first digits must be ``sha256``.

    Raises UsageError if no file is named, if it cannot be read or is another, or if torch-fidelity is missing.
    """
    if path is None:
        raise UsageError(
            f"metric=inception needs the Inception weights and downloads nothing, got metric.weights=null; set "
            f"metric.weights=FILE to {FILE} of torch-fidelity's releases (SHA-256 {STANDARD}), or use "
            "metric=classifier, which needs none"
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"metric.weights: {path}: {error.strerror or error}; allowed: a file like {FILE} of torch-fidelity's "
            "releases; metric=classifier needs none"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if not digest.startswith(sha256):
        raise UsageError(
            f"metric.weights: {path} has the SHA-256 {digest}; wanted: {sha256}; give the right file, or set "
            "metric.sha256 to the former for weights of your own, with which no number of the literature compares"
        )
    if find_spec("torch_fidelity") is None:
        raise UsageError(
            "metric=inception needs the package torch-fidelity, which is not installed; use pip install "
            "'gan-runner[metrics]', or metric=classifier"
        )
    return content, digest


def load_extractor(content: bytes, device: torch.device, low: float, high: float) -> Extractor:
    """Return the network with the weights in ``content``, for pictures in ``low..high``.

    Raises UsageError if they are not the weights of this network.
    """
    module = importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")
    try:
        torch.load(io.BytesIO(content), weights_only=True)  # torch-fidelity would run whatever a pickle tells it to
        network = module.FeatureExtractorInceptionV3(
            "inception-v3-compat", ["2048", "logits_unbiased"], feature_extractor_weights_path=io.BytesIO(content)
        )
    except Exception as error:  # of whatever kind: the file is the user's
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UsageError(f"metric.weights: no weights of torch-fidelity's Inception ({reason}); give {FILE}") from error
    return Extractor(network.to(device), device, low, high)
