"""Every architecture that is told the label: it trains, samples what it is asked for, and needs labels."""

from typing import Any

import pytest
import torch

from gan_runner.build import build
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.pictures import draw_views
from gan_runner.training.sampler import LatentSampler, sampler_of

SMALL = ("data=fake", "data.count=32", "data.classes=7", "trainer=smoke", "metric=none")
WIDTHS = ("arch.generator.width=4", "arch.discriminator.width=4")
CONDITIONAL = {
    "cgan": ("arch=cgan",),
    "dcgan": ("arch=dcgan", "arch.conditional=true", *WIDTHS),
    "dcgan_mnist": ("arch=dcgan_mnist", *WIDTHS),
    "lsgan_hwdb": ("arch=lsgan_hwdb", *WIDTHS),
    "mlp": ("arch=mlp", "arch.conditional=true"),
    "resnet": ("arch=resnet", "arch.conditional=true", *WIDTHS),
    "acgan": ("loss=acgan", *WIDTHS),
}


@pytest.mark.parametrize("choice", CONDITIONAL)
def test_labels_decide_what_is_sampled(compose_config: Any, choice: str) -> None:
    parts = build(compose_config(*SMALL, *CONDITIONAL[choice]))
    parts.engine.step(parts.stream)
    game: Any = parts.game
    assert game.conditional
    rng = torch.Generator().manual_seed(0)
    latent = game.prior.draw(1, torch.device("cpu"), rng).repeat(2, 1)
    one, other = game.generate(latent, torch.tensor([0, 6]))
    assert not torch.allclose(one, other)
    assert game.sample(3, rng).shape == (3, 1, 28, 28)


@pytest.mark.parametrize("choice", CONDITIONAL)
def test_a_run_shows_a_row_a_class(compose_config: Any, choice: str) -> None:
    parts = build(compose_config(*SMALL, *CONDITIONAL[choice]))
    sampler = sampler_of(parts.game, parts.engine.average, 0)
    assert isinstance(sampler, LatentSampler)
    views = draw_views(parts.source, sampler, parts.game.scorer())
    assert list(views) == ["samples", "interpolation"]
    rows, columns = views["samples"].shape[1:]
    assert columns < rows < 2 * columns  # seven rows of ten, each with its name below
    again = draw_views(parts.source, sampler, None)
    assert torch.equal(views["samples"], again["samples"])


@pytest.mark.parametrize("choice", CONDITIONAL)
def test_without_labels_it_is_refused(compose_config: Any, choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = compose_config(*SMALL, *CONDITIONAL[choice])
    bare = Source("bare", torch.zeros(32, 1, 28, 28, dtype=torch.uint8))
    monkeypatch.setattr("gan_runner.build.load_data", lambda _node: bare)
    with pytest.raises(UsageError, match=r"needs labelled data|use labelled data"):
        build(config)
