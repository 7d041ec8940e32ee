import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gan_runner.data import fake, swiss_roll
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics import inception
from gan_runner.metrics.inception import Inception, InceptionScore
from gan_runner.types import Generated

CPU = torch.device("cpu")
CLASSES = 7


class Small:
    """Stands for the network: a few features of a picture, and logits from those."""

    def __init__(self, content: bytes, device: torch.device, low: float, high: float) -> None:
        self.device = device
        self.calls = 0
        generator = torch.Generator().manual_seed(len(content))
        self.first = torch.randn(48, 24, generator=generator)
        self.second = torch.randn(24, CLASSES, generator=generator)

    def __call__(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        features = (pictures.flatten(1) @ self.first).relu()
        return features, features @ self.second


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(inception, "read_weights", lambda path, sha256: (sha256.encode(), sha256))
    monkeypatch.setattr(inception, "load_extractor", Small)
    monkeypatch.setattr(inception, "version", lambda _: "0.4.0")


def source() -> Source:
    return fake.load(channels=3, size=4, count=200)


def pictures(count: int = 150) -> Tensor:
    return torch.randn(count, 3, 4, 4, generator=torch.Generator().manual_seed(1)).clamp(-1, 1)


def prepared(**settings: Any) -> Inception:
    metric = Inception(**{"sha256": "0123456789", "samples": 150, "neighbours": 150} | settings)
    metric.check(source())
    metric.prepare(source(), CPU)
    return metric


def test_values_are_torch_fidelitys_on_the_same_features() -> None:
    fid = pytest.importorskip("torch_fidelity.metric_fid", reason="the extra metrics")
    kid = pytest.importorskip("torch_fidelity.metric_kid")
    isc = pytest.importorskip("torch_fidelity.metric_isc")
    metric = prepared()
    values = metric.evaluate([Generated(part) for part in torch.split(pictures(), 40)])
    extractor = metric._extractor
    (fakes, logits), (reals, _) = (
        extractor(seen) for seen in (pictures(), source().normalize(source().take(torch.arange(200))))
    )
    theirs = [fid.fid_features_to_statistics(features.double()) for features in (fakes, reals)]
    expected = fid.fid_statistics_to_metric(*theirs, verbose=False)["frechet_inception_distance"]
    assert values["fid"] == pytest.approx(expected, rel=1e-6)
    expected = isc.isc_features_to_metric(logits, splits=1)["inception_score_mean"]
    assert 1.5 < expected < CLASSES
    assert values["inception_score"] == pytest.approx(expected, rel=1e-6)
    reference = reals[torch.randperm(200, generator=torch.Generator().manual_seed(2))[:150]]
    settings = {"kid_subsets": 1, "kid_subset_size": 150, "verbose": False, "rng_seed": 0}
    expected = kid.kid_features_to_metric(fakes.double(), reference.double(), **settings)
    assert values["kid"] == pytest.approx(expected["kernel_inception_distance_mean"], rel=1e-6)
    assert values.keys() == metric.directions.keys()


def test_the_score_is_one_without_information_and_the_number_of_classes_at_most() -> None:
    for logits, expected in ((torch.zeros(6, 3), 1.0), (torch.eye(3).repeat(4, 1) * 100, 3.0)):
        score = InceptionScore()
        for part in torch.split(logits, 4):
            score.add(part)
        assert score.value() == pytest.approx(expected, rel=1e-9)


def test_a_hand_counted_score() -> None:
    score = InceptionScore()
    score.add(torch.tensor([[0.5, 0.5], [0.9, 0.1]]).log())
    divergence = (math.log(0.5 / 0.7) + math.log(0.5 / 0.3)) / 2 + 0.9 * math.log(0.9 / 0.7) + 0.1 * math.log(0.1 / 0.3)
    assert score.value() == pytest.approx(math.exp(divergence / 2), rel=1e-6)


def test_the_data_are_looked_at_once_for_each_weight_file() -> None:
    first, again, other = prepared(), prepared(), prepared(sha256="abcdef0123")
    assert [metric._extractor.calls for metric in (first, again, other)] == [1, 0, 1]  # type: ignore[attr-defined]


def test_what_decided_the_values_is_told() -> None:
    assert prepared(neighbours=0).provenance() == {
        "samples": 150,
        "real": 200,
        "neighbours": 0,
        "weights_sha256": "0123456789",
        "torch_fidelity": "0.4.0",
    }


def test_too_few_pictures_for_pairs_leave_the_frechet_distance_and_the_score() -> None:
    assert prepared(neighbours=0).evaluate([Generated(pictures())]).keys() == {"fid", "inception_score"}


def test_description() -> None:
    assert Inception().describe({"fid": 12.341, "inception_score": 8.1}) == "FID 12.34, Inception score 8.10"
    assert Inception().directions[Inception().monitor] == "min"
    assert Inception(samples=1000).seconds() < Inception().seconds()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (swiss_roll.load(count=20), r"got data swiss_roll \(points\); use metric=wasserstein or"),
        (fake.load(channels=2), r"got data fake \(2 channels\); use metric=classifier or"),
        (fake.load(count=1), "2 pictures or more; got data fake with 1"),
    ],
)
def test_data_it_cannot_judge_are_refused(data: Source, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Inception().check(data)


@pytest.mark.parametrize("sha256", ["", "0123456", "0" * 65, "0123456g"])
def test_what_is_no_digest_is_refused(sha256: str) -> None:
    with pytest.raises(ValueError, match="first 8 to 64 hex digits"):
        Inception(sha256=sha256)


def test_senseless_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="got 1; allowed 2 or more"):
        Inception(samples=1)
    with pytest.raises(ValueError, match="monitor=kid needs neighbours"):
        Inception(neighbours=0, monitor="kid")
