from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gan_runner import pictures
from gan_runner.data import fake, gaussian_1d, gaussian_mixture
from gan_runner.data.rows import Array, FileRows
from gan_runner.data.source import Source
from gan_runner.pictures import draw_real, draw_samples
from gan_runner.reporting.density import density
from gan_runner.reporting.images import grid
from gan_runner.reporting.landscape import scatter


def score(points: Tensor) -> Tensor:
    return points.sum(dim=1)


@pytest.mark.parametrize(
    ("source", "plot"), [(gaussian_1d.load(count=1000), density), (gaussian_mixture.load(count=1000), scatter)]
)
def test_points_are_plotted_with_as_many_real_ones_and_the_scores(source: Source, plot: Any) -> None:
    generated = torch.rand(2000, *source.shape)
    drawn = draw_samples(source, lambda count: generated[:count], score)
    assert drawn is not None
    assert torch.equal(drawn, plot(source.samples, generated[:1000], score))
    real = draw_real(source)
    assert real is not None
    assert torch.equal(real, plot(source.samples, source.samples[:0], None))


def test_real_points_are_spread_over_the_whole_set(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tensor] = []
    monkeypatch.setitem(pictures.PLOTS, 1, lambda real, *_: seen.append(real))
    draw_real(Source("numbers", torch.arange(50_000.0)[:, None]))
    numbers = seen[0].flatten()
    assert (len(numbers), numbers[0], numbers[-1]) == (1000, 0, 49_999)
    assert (numbers.diff() - 49_999 / 999).abs().max() < 1


def test_pictures_become_a_grid_of_64() -> None:
    source = fake.load(count=64, size=5)
    samples = torch.rand(64, 1, 5, 5) * 2 - 1
    drawn = draw_samples(source, lambda count: samples[:count], None)
    assert drawn is not None
    assert torch.equal(drawn, grid(samples, -1.0, 1.0))
    real = draw_real(source)
    assert real is not None
    assert torch.equal(real, grid(source.samples.float(), 0.0, 255.0))


def test_pictures_on_the_disk_are_drawn_as_those_in_memory(tmp_path: Path) -> None:
    source = fake.load(count=200, size=5)
    (tmp_path / "rows").write_bytes(source.samples.numpy().tobytes())
    rows = Source("rows", FileRows([Array(tmp_path / "rows", 0, (200, 1, 5, 5))]), digest="rows")
    one, other = draw_real(source), draw_real(rows)
    assert one is not None
    assert other is not None
    assert torch.equal(one, other)


def test_points_in_space_have_no_picture() -> None:
    source = Source("cloud", torch.rand(50, 3))
    assert draw_samples(source, lambda count: torch.rand(count, 3), score) is None
    assert draw_real(source) is None
