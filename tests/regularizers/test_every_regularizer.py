"""What holds for every choice of reg, and for the lists that go together."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gan_runner.build import Parts, build
from gan_runner.errors import UsageError
from gan_runner.training.checkpoint import load, save
from gan_runner.training.compiled import compiled_play
from gan_runner.training.state import RunState, capture, restore

CONF = Path(__file__).parents[2] / "conf" / "reg"
LISTS = ("[r1,r2]", "[spectral,gp]", "[clip,spectral,weight_decay]")
HEADS = ("acgan", "infogan")
"""Those with weights of their own, which read the features of both kinds of samples in one turn."""
CODES = {
    "infogan": ("+arch.latent.categorical=[3]", "+arch.latent.continuous=1"),
    "acgan": ("arch.generator.conditional=true",),
}
UNFIT = ("clip_mmd_gan",)
"""For discriminators that are autoencoders."""
NAMES = sorted({path.stem for path in CONF.glob("*.yaml")}.difference(UNFIT))
EVERY = pytest.mark.parametrize("reg", [*NAMES, *LISTS])
POINTS = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none")
SMALL = (*POINTS, "arch.generator.hidden=[8]", "arch.discriminator.hidden=[8]")


class NoHostReads(TorchDispatchMode):
    """Raises where the host would wait for the device."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert function._schema.name not in ("aten::_local_scalar_dense", "aten::nonzero"), f"host read: {function}"
        return function(*args, **(kwargs or {}))


def weights(parts: Parts) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in parts.game.networks.named_parameters()}


def tensors(parts: Parts) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in parts.game.networks.state_dict().items()}


@EVERY
def test_a_turn_moves_only_the_player_and_reads_nothing_from_the_device(compose_config: Any, reg: str) -> None:
    parts = build(compose_config(*SMALL, f"reg={reg}", *CODES.get(reg, ())))
    parts.engine.guard.deferred = True  # as on a GPU
    for side in ("generator", "discriminator"):
        before = weights(parts)
        draw = parts.game.draw(parts.stream.next())
        with NoHostReads():
            _, total = parts.engine._differentiate(side, draw)
            parts.engine._move(side, total)
        after = weights(parts)
        moved = {name.split(".")[0] for name in before if not torch.equal(after[name], before[name])}
        assert moved == {side} | ({reg} if reg in HEADS and side == "discriminator" else set())


@EVERY
def test_fits_separate_updates_in_bf16(compose_config: Any, reg: str) -> None:
    config = compose_config(*SMALL, f"reg={reg}", "trainer.d_update=separate", "precision=bf16", *CODES.get(reg, ()))
    if reg in HEADS:
        with pytest.raises(UsageError, match=r"d_update=separate, .* use trainer\.d_update=joint"):
            build(config)
        config["trainer"]["d_update"] = "joint"
    parts = build(config)
    for _ in range(2):
        scalars = parts.engine.step(parts.stream, observe=True)
    assert all(math.isfinite(value) for value in scalars.values())
    assert all(value.dtype == torch.float32 for name, value in scalars.items() if name.startswith("loss/"))


@pytest.mark.parametrize("reg", ["[spectral,gp]", "[r1,dragan,weight_decay,orthogonal]"])
def test_compiled_turns_have_the_plain_gradients(compose_config: Any, reg: str) -> None:
    parts = build(compose_config(*SMALL, f"reg={reg}"))
    play = compiled_play(parts.game, parts.game.draw(parts.stream.next()), "fp32", backend="aot_eager")
    assert play != parts.game.play, "the gate fell back to the plain turns"


@EVERY
def test_goes_on_from_a_checkpoint_as_if_it_had_never_stopped(compose_config: Any, tmp_path: Path, reg: str) -> None:
    config = compose_config(*SMALL, f"reg={reg}", *CODES.get(reg, ()))
    whole = build(config)
    for step in range(5):
        if step == 2:
            save(tmp_path / "2.pt", capture(whole.engine, whole.stream, RunState(step)))
        whole.engine.step(whole.stream)
    resumed = build(config)
    restore(load(tmp_path / "2.pt"), resumed.engine, resumed.stream)
    for _ in range(3):
        resumed.engine.step(resumed.stream)
    continued = tensors(resumed)
    assert all(torch.equal(tensor, continued[name]) for name, tensor in tensors(whole).items())
