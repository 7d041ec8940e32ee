import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gan_runner.data import fake, gaussian_mixture, mnist
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics import judge
from gan_runner.metrics.classifier import Classifier
from gan_runner.types import Generated

CPU = torch.device("cpu")
SAMPLES = 400


def squares(count: int = 560, seed: int = 0) -> Source:
    """Four classes: a bright square in one corner of an 8x8 picture, on noise."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 4
    images = torch.randint(0, 100, (count, 1, 8, 8), generator=generator, dtype=torch.uint8)
    for label, (row, column) in enumerate([(0, 0), (0, 4), (4, 0), (4, 4)]):
        images[labels == label, :, row : row + 4, column : column + 4] += 120
    return Source("squares", images, labels, classes=("a", "b", "c", "d"))


def generated(
    source: Source, keep: Callable[[Tensor], Tensor] = torch.ones_like, count: int = SAMPLES
) -> list[Generated]:
    assert source.labels is not None
    assert isinstance(source.samples, Tensor)
    images = source.normalize(source.samples[keep(source.labels).bool()])
    return in_batches(images[torch.arange(count) % len(images)])


def in_batches(samples: Tensor, labels: Tensor | None = None) -> list[Generated]:
    asked = [None] * len(samples) if labels is None else labels.split(150)
    return [Generated(*both) for both in zip(samples.split(150), asked, strict=False)]


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_RUNNER_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def metric(cache_folder: Path) -> Classifier:
    metric = Classifier(samples=SAMPLES)
    metric.check(squares())
    metric.prepare(squares(), CPU)
    return metric


def test_fresh_real_data_score_well(metric: Classifier) -> None:
    values = metric.evaluate(generated(squares(seed=1)))
    assert values["classes"] == 4
    assert values["kl"] < 1e-3
    assert values["confidence"] > 0.95
    assert 0 <= values["fid"] < 0.5


def test_a_single_class_scores_as_collapse(metric: Classifier) -> None:
    good = metric.evaluate(generated(squares(seed=1)))
    values = metric.evaluate(generated(squares(seed=1), keep=lambda labels: labels == 2))
    assert values["classes"] == 1
    assert values["kl"] == pytest.approx(math.log(4), rel=1e-6)
    assert values["fid"] > 50 * good["fid"]


def test_a_class_below_a_tenth_of_its_share_is_not_covered(metric: Classifier) -> None:
    source = squares(count=4000)
    images = source.normalize(source.samples)

    def with_rare_class(rare: int) -> dict[str, float]:
        index = torch.cat([torch.arange(0, 4 * rare, 4), torch.arange(1, 4 * (SAMPLES - rare), 4)])
        return metric.evaluate(in_batches(images[index]))

    assert with_rare_class(10)["classes"] == 2  # 10 of 400 samples are 0.1/4
    assert with_rare_class(9)["classes"] == 1
    values = with_rare_class(100)
    assert values["kl"] == pytest.approx(0.25 * math.log(0.25 / 0.25) + 0.75 * math.log(0.75 / 0.25), rel=1e-6)


def test_a_cached_classifier_gives_the_same_bits_without_training(
    metric: Classifier, monkeypatch: pytest.MonkeyPatch, cache_folder: Path
) -> None:
    monkeypatch.setattr(judge, "_fit", lambda *_: pytest.fail("trained again"))
    again = Classifier(samples=SAMPLES)
    again.prepare(squares(), CPU)
    assert again.evaluate(generated(squares(seed=1))) == metric.evaluate(generated(squares(seed=1)))
    assert len(list(cache_folder.iterdir())) == 1


def test_a_damaged_cache_is_made_again_to_the_same_bits_and_no_random_number_is_disturbed(
    metric: Classifier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    damaged = tmp_path / f"classifier-v3-4-{squares().fingerprint}.pt"
    damaged.write_bytes(b"damaged")
    state = torch.get_rng_state()
    again = Classifier(samples=SAMPLES)
    with caplog.at_level(logging.INFO):
        again.prepare(squares(), CPU)
    values = again.evaluate(generated(squares(seed=1)))
    assert torch.equal(torch.get_rng_state(), state)
    assert values == metric.evaluate(generated(squares(seed=1)))
    assert damaged.stat().st_size > 1000
    assert "training the classifier" in caplog.text
    assert "right on held-out data" in caplog.text


def test_labels_that_mean_nothing_are_warned_about(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(judge, "UPDATES", 5)
    labels = torch.randint(0, 4, (560,), generator=torch.Generator().manual_seed(0))
    Classifier(samples=10).prepare(replace(squares(), labels=labels), CPU)
    assert "with care" in caplog.text


def test_a_class_that_the_data_lack_keeps_every_value_finite(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, metric: Classifier
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(judge, "UPDATES", 5)
    lacking = Classifier(samples=50)
    lacking.prepare(replace(squares(), classes=tuple("abcdefgh")), CPU)
    values = lacking.evaluate(in_batches(torch.randn(50, 1, 8, 8)))
    assert all(math.isfinite(value) for value in values.values())


def test_a_few_thousand_mnist_digits_are_learnt_and_told_from_noise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(judge, "UPDATES", 150)
    metric = Classifier(samples=1000)
    metric.prepare(mnist.load(limit=4000), CPU)
    assert "with care" not in caplog.text
    real = metric.evaluate(generated(mnist.load("test", limit=1000), count=1000))
    noise = metric.evaluate(in_batches(torch.rand(1000, 1, 28, 28) * 2 - 1))
    assert real["classes"] == 10
    assert real["kl"] < 0.05
    assert real["confidence"] > 0.85
    assert real["fid"] < noise["fid"] / 10


def test_a_stacked_set_is_judged_per_channel_and_kept_apart_from_the_plain_judge(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    monkeypatch.setattr(judge, "UPDATES", 60)
    one, other = squares(1120, seed=2), squares(1120, seed=3)
    assert one.labels is not None
    assert other.labels is not None
    shift = torch.arange(1120) // 4  # so that all sixteen pairs of corners occur
    order = (torch.arange(1120) + shift) % 1120
    stacked = Source(
        "pairs",
        torch.cat([one.samples, other.samples[order]], dim=1),
        4 * one.labels + other.labels[order],
        classes=tuple(f"{a}{b}" for a in "abcd" for b in "abcd"),
    )
    values = {}
    for per_channel in (True, False):
        metric = Classifier(samples=1120, per_channel=per_channel)
        metric.check(stacked)
        metric.prepare(stacked, CPU)
        values[per_channel] = metric.evaluate(generated(stacked, count=1120))
    assert len(list(tmp_path.iterdir())) == 2
    assert values[True]["classes"] == 16
    assert values[True]["kl"] < 0.01
    assert values[True]["confidence"] > 0.95
    assert values[True] != values[False]


def test_a_generator_that_is_told_the_class_is_asked_for_it(metric: Classifier) -> None:
    source = squares(seed=1)
    images, labels = source.normalize(source.take(torch.arange(SAMPLES))), torch.arange(SAMPLES) % 4
    right = metric.evaluate(in_batches(images, labels))
    assert right["accuracy"] > 0.97
    half = torch.where(torch.arange(SAMPLES) < SAMPLES // 2, labels, (labels + 1) % 4)
    assert metric.evaluate(in_batches(images, half))["accuracy"] == pytest.approx(right["accuracy"] / 2, abs=0.02)
    assert "accuracy" not in metric.evaluate(in_batches(images))


def test_pictures_are_sorted_into_the_classes_they_show(metric: Classifier) -> None:
    unseen = squares(count=80, seed=7)
    assert isinstance(unseen.samples, Tensor)
    assert unseen.labels is not None
    assert (metric.predicted(unseen.normalize(unseen.samples)) == unseen.labels).float().mean() > 0.95


def test_what_decided_the_values_is_told(metric: Classifier, cache_folder: Path) -> None:
    told = metric.provenance()
    assert (told["samples"], told["real"], told["neighbours"]) == (SAMPLES, 560, 560)
    assert told["classifier_accuracy"] > 0.95
    again = Classifier(samples=SAMPLES)
    again.prepare(squares(), CPU)
    assert again.provenance() == told
    assert len(told["classifier"]) == 64
    assert metric.goal() == {"classes": 4}


def test_description(metric: Classifier) -> None:
    values = {"classes": 3.0, "kl": 0.0123, "confidence": 0.9, "fid": 3.412}
    assert metric.describe(values) == "3 of 4 classes, KL 0.012, FID on classifier features 3.41"
    asked = values | {"accuracy": 0.875}
    assert (
        metric.describe(asked)
        == "3 of 4 classes, KL 0.012, FID on classifier features 3.41, 87.5 % of the class asked for"
    )
    assert metric.directions[metric.monitor] == "min"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            gaussian_mixture.load(count=100),
            r"labelled pictures; got data gaussian_mixture \(points\); use metric=modes",
        ),
        (replace(squares(), labels=None), r"got data squares without labels"),
        (replace(squares(), classes=()), r"got data squares without labels"),
        (squares(count=6), r"got data squares with 6"),
    ],
)
def test_data_it_cannot_judge_are_refused(source: Source, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Classifier().check(source)


@pytest.mark.parametrize(("channels", "classes"), [(3, 10), (2, 15), (3, 1001)])
def test_a_judge_per_channel_needs_classes_that_are_combinations(channels: int, classes: int) -> None:
    source = fake.load(channels=channels, size=4, count=20, classes=classes)
    Classifier().check(source)
    with pytest.raises(UsageError, match=f"got data fake, whose {classes} classes .* in each of {channels} channels"):
        Classifier(per_channel=True).check(source)


@pytest.mark.parametrize(("channels", "classes"), [(3, 1000), (2, 16), (1, 7), (3, 3740**3)])
def test_a_judge_per_channel_takes_classes_that_are_combinations(channels: int, classes: int) -> None:
    source = fake.load(channels=channels, size=4, count=20)
    Classifier(per_channel=True).check(replace(source, classes=range(classes)))  # type: ignore[arg-type]


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="allowed 2 or more"):
        Classifier(samples=1)
