"""Whatever the loss, the optimizer and the options, a run that goes on from any step ends as the uninterrupted one."""

import shutil
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from gan_runner.training.checkpoint import load
from running import assert_same_run, composed, train_config

CONF = Path(__file__).parents[1] / "conf"
LOSSES = sorted(path.stem for path in (CONF / "loss").glob("*.yaml"))
OPTIMIZERS = sorted(path.stem for path in (CONF / "optim").glob("*.yaml"))
ENERGIES = ("began", "ebgan", "ebgan_pt", "mmd_gan")
"""Losses whose discriminator is an autoencoder."""
SEPARABLE = ("cgan", "ebgan", "fgan", "gan", "hinge", "lsgan", "nonsaturating", "notes_glsgan", "wgan", "wgan_gp")
"""Losses that are a sum of a real and a fake term."""
OPTIONS = {
    "one turn": ("trainer.d_steps=1",),
    "five turns": ("trainer.d_steps=5",),
    "no average": ("trainer.ema=null",),
    "gp": ("gp",),
    "r1 every other turn": ("r1", "reg.r1.every=2"),
    "separate updates": ("trainer.d_update=separate",),
}
SIZE, STEPS = 4, 5


def possible(loss: str, option: str) -> bool:
    if loss == "gmmn":  # a generator alone
        return option == "no average"
    return option != "separate updates" or loss in SEPARABLE


COMBINATIONS = [
    (loss, optim, option) for loss, optim, option in product(LOSSES, OPTIMIZERS, OPTIONS) if possible(loss, option)
]
COVER = [
    (loss, OPTIMIZERS[rank % len(OPTIMIZERS)], option, ((2, 3, 4)[(rank // 3 + number) % 3],))
    for number, option in enumerate(OPTIONS)
    for rank, loss in enumerate(loss for loss in LOSSES if possible(loss, option))
]
"""Each option with each loss and with each optimizer, gone on with from one step, each in its turn."""
REST = [(*it, (2, 3, 4)) for it in COMBINATIONS if it not in [covered[:3] for covered in COVER]]


@cache
def own_regularizers(loss: str) -> tuple[str, ...]:
    return tuple(composed(f"loss={loss}")["reg"])


def config_of(loss: str, optim: str, option: str) -> dict[str, Any]:
    """Return a tiny run of the three, an epoch of which is three steps."""
    first, *rest = OPTIONS[option]
    words = [f"reg=[{','.join([*own_regularizers(loss), first])}]" if first in ("gp", "r1") else first, *rest]
    arch = ["arch=ebgan_mlp" if loss in ENERGIES else "arch=mlp", "arch.generator.hidden=[4]"]
    arch += ["arch.discriminator=null" if loss == "gmmn" else "arch.discriminator.hidden=[4]"]
    arch += ["arch.conditional=true"] if loss == "cgan" else []
    every = [f"trainer.steps={STEPS}", f"trainer.batch_size={SIZE}", "trainer.save_every=1", "trainer.keep=9"]
    data = ["data=gaussian_mixture", "trainer=smoke", "metric=none", "logger=none", "trainer.sample_every=0"]
    config = composed(*data, *every, *arch, f"loss={loss}", f"optim={optim}", *words)
    trainer = config["trainer"]
    rounds = trainer["d_steps"] * (loss != "gmmn")
    config["data"]["count"] = 3 * SIZE * (rounds + (trainer["latents"] == "fresh" or not rounds))
    return config


def prove(folder: Path, loss: str, optim: str, option: str, steps: tuple[int, ...]) -> None:
    """Go on from ``steps`` (2: amid an epoch, 3: its end, 4: after it), with what a kill later on would have left."""
    config = config_of(loss, optim, option)
    train_config(config, folder / "whole")
    saved = folder / "whole" / "checkpoints"
    count = config["data"]["count"]
    assert load(saved / "000003.pt")["stream"]["drawn"] == count  # three steps are an epoch
    for step in steps:
        killed = shutil.copytree(folder / "whole", folder / f"from {step}", symlinks=True)
        for path in (killed / "checkpoints").iterdir():
            if path.is_symlink() or int(path.name[:6]) > step:
                path.unlink()
        train_config(config, killed, resume="auto")
        assert_same_run(folder / "whole", killed)


@pytest.mark.fault(40)
@pytest.mark.parametrize(("loss", "optim", "option", "steps"), COVER)
def test_a_run_that_goes_on_equals_the_uninterrupted_one(
    tmp_path: Path, loss: str, optim: str, option: str, steps: tuple[int, ...]
) -> None:
    prove(tmp_path, loss, optim, option, steps)


@pytest.mark.fault(40)
@pytest.mark.slow
@pytest.mark.parametrize(("loss", "optim", "option", "steps"), REST)
def test_so_does_every_other_combination(
    tmp_path: Path, loss: str, optim: str, option: str, steps: tuple[int, ...]
) -> None:
    prove(tmp_path, loss, optim, option, steps)


def test_the_cover_has_every_pair() -> None:
    assert {(loss, option) for loss, _, option, _ in COVER} == {(loss, option) for loss, _, option in COMBINATIONS}
    assert {(optim, option) for _, optim, option, _ in COVER} == set(product(OPTIMIZERS, OPTIONS))
    assert {(option, steps) for _, _, option, steps in COVER} == set(product(OPTIONS, [(2,), (3,), (4,)]))
