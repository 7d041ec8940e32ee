from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_runner.data import fake, mnist, stacked_mnist
from gan_runner.data.rows import Array, FileRows
from gan_runner.data.source import Source
from gan_runner.metrics import judge as module
from gan_runner.metrics.judge import ChannelJudge, Judge, batches_of, examine, new_judge, train_judge

CPU = torch.device("cpu")


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 5, 5), (1, 1, 1), (2, 9, 30)])
def test_any_size_ends_in_128_features_and_a_score_a_class(shape: tuple[int, int, int]) -> None:
    judge = Judge(shape, classes=7).eval()
    images = torch.randn(3, *shape)
    assert judge.features(images).shape == (3, 128)
    assert judge(images).shape == (3, 7)


def test_an_opinion_covers_all_pictures_in_their_order() -> None:
    source = fake.load(size=8, count=1203)
    judge = new_judge(source, CPU).eval()
    opinion = examine(judge, batches_of(source, torch.arange(1203), CPU))
    logits = judge(source.normalize(source.samples)).detach()
    assert opinion.features.shape == (1203, 128)
    assert torch.equal(opinion.predicted, logits.argmax(dim=1))
    exponentials = logits.double().exp()
    expected = exponentials.max(dim=1).values / exponentials.sum(dim=1)
    torch.testing.assert_close(opinion.confidence.double(), expected, rtol=1e-4, atol=1e-6)


def test_batches_hold_the_pictures_asked_for_as_networks_see_them() -> None:
    source = fake.load(size=4, count=2000)
    index = torch.arange(1999, 300, -3)
    batches = list(batches_of(source, index, CPU))
    assert [len(batch) for batch in batches] == [500, 67]
    expected = source.samples.numpy()[1999:300:-3].astype(np.float32) * (2 / 255) - 1
    np.testing.assert_allclose(torch.cat(batches).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("channels", "classes"), [(3, 64), (2, 9), (1, 5)])
def test_a_combination_is_as_likely_as_its_channels_together(channels: int, classes: int) -> None:
    judge = ChannelJudge((channels, 9, 7), classes).eval()
    images = torch.randn(4, channels, 9, 7)
    features = judge.features(images)
    assert features.shape == (4, 128 * channels)
    probabilities = judge(images).softmax(dim=1).detach()
    assert probabilities.shape == (4, classes)
    k = round(classes ** (1 / channels))
    single = [judge.one(images[:, [channel]]).softmax(dim=1).detach() for channel in range(channels)]
    for combination in range(classes):
        digits = np.unravel_index(combination, (k,) * channels)
        product = torch.ones(4)
        for channel, digit in enumerate(digits):
            product = product * single[channel][:, digit]
        torch.testing.assert_close(probabilities[:, combination], product, rtol=1e-4, atol=1e-8)


def test_stacked_digits_are_read_channel_by_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UPDATES", 60)
    monkeypatch.setattr(module, "MOST_UPDATES", 60)
    judge, accuracy = train_judge(stacked_mnist.load(count=6000), CPU, per_channel=True)
    assert accuracy > 0.8  # of all channels at once a judge reads one in twenty by then
    digits = mnist.load("test", limit=500)
    assert digits.labels is not None
    same = digits.normalize(digits.samples).expand(-1, 3, -1, -1)
    assert (examine(judge, [same]).predicted == 111 * digits.labels).float().mean() > 0.8


def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Let judges learn nothing, and count what they would have been given."""
    seen = {}

    def fit(judge: Judge, stream: object, updates: int) -> None:
        seen["updates"] = updates

    def watched(source: Source, index: Tensor, device: torch.device) -> list[Tensor]:
        seen["held out"] = len(index)
        return [torch.zeros(len(index), *source.shape)]

    monkeypatch.setattr(module, "_fit", fit)
    monkeypatch.setattr(module, "batches_of", watched)
    return seen


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (700, {"updates": 1200, "held out": 100}),
        (140_000, {"updates": 2 * 120_000 // 128, "held out": 20_000}),
        (3_000_000, {"updates": 20_000, "held out": 20_000}),
    ],
)
def test_large_sets_are_learnt_in_bounded_time(
    monkeypatch: pytest.MonkeyPatch, count: int, expected: dict[str, int]
) -> None:
    seen = counted(monkeypatch)
    train_judge(fake.load(size=1, count=count), CPU)
    assert seen == expected


def on_disk(source: Source, path: Path) -> Source:
    assert isinstance(source.samples, Tensor)
    path.write_bytes(source.samples.numpy().tobytes())
    return replace(source, samples=FileRows([Array(path, 0, tuple(source.samples.shape))]), digest="digest")


@pytest.mark.parametrize("copy", [lambda source, path: source, on_disk], ids=["memory", "disk"])
def test_a_judge_is_the_same_wherever_the_pictures_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, copy: Callable[[Source, Path], Source]
) -> None:
    monkeypatch.setattr(module, "UPDATES", 10)
    source = fake.load(channels=2, size=6, count=900)
    expected, accuracy = train_judge(source, CPU)
    judge, again = train_judge(copy(source, tmp_path / "rows"), CPU)
    assert again == accuracy
    for one, other in zip(judge.state_dict().values(), expected.state_dict().values(), strict=True):
        assert torch.equal(one, other)
