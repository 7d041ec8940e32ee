"""Every choice composes, every combination trains a step or says in one sentence why not."""

import inspect
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.build import build
from gan_runner.construct import locate
from gan_runner.errors import UsageError
from gan_runner.games.sampling import batch_norms
from gan_runner.networks import resolve_norms
from gan_runner.regularizers.gp import GradientPenalty

CONF = Path(__file__).parents[1] / "conf"


def choices(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


def narrow(arch: str) -> list[str]:
    """Make an architecture small where it has a size to set: these tests are about fitting together."""
    shrunk = {key: small for key, small in SMALL.items() if key in TAKES.get(arch, ())}
    return [f"arch.{side}.{key}={small}" for side in ("generator", "discriminator") for key, small in shrunk.items()]


def plain(loss: str) -> list[str]:
    """Return what makes the architecture small that a loss comes with."""
    return narrow({"began": "began"}.get(loss, "")) if loss in OWN_ARCH else narrow("dcgan")


OWN_ARCH = ("began", "cgan", "ebgan", "ebgan_pt", "mmd_gan")
"""Losses that bring an architecture along."""
ENERGIES = ("began", "ebgan", "ebgan_pt", "mmd_gan")
SMALL = {"width": 4, "label_dim": 4, "groups": 2}
TAKES: dict[str, tuple[str, ...]] = {
    "lsgan_hwdb": ("width", "label_dim"),
    "r3gan": ("width", "groups"),
    **dict.fromkeys(("began", "dcgan", "dcgan_mnist", "ebgan", "lsgan_scene", "resnet", "resnet101"), ("width",)),
    **dict.fromkeys(("sngan", "sngan_resnet", "wgan_gp_mnist", "wgan_mlp"), ("width",)),
}
SIZES = {
    "began": (28, 32, 64),
    "dcgan": (28, 32, 64),
    "dcgan_mnist": (28,),
    "ebgan": (32, 64),
    "ebgan_mlp": (20, 28, 32, 64),
    "infogan": (28,),
    "lsgan_digits": (28,),
    "lsgan_hwdb": (28,),
    "lsgan_mnist": (28,),
    "lsgan_scene": (64,),
    "mlp": (20, 28, 32, 64),
    "r3gan": (32, 64),
    "resnet": (28, 32, 64),
    "resnet101": (64,),
    "sngan": (32, 64),
    "sngan_resnet": (28, 32, 64),
    "upsample": (28, 32, 64),
    "wgan_gp_mnist": (28,),
    "wgan_mlp": (28, 32, 64),
    "wgan_mnist": (28,),
}
"""The sides that an architecture promises to make, of those tried."""
ARCHS = [arch for arch in choices("arch") if arch != "gmmn"]
"""Those with a discriminator."""
FAKE = ("data=fake", "trainer=smoke", "trainer.batch_size=4", "data.count=16")
ALONE = ("gmmn",)
"""Losses of a generator that plays without a discriminator, so without regularizers too."""


def steps(config: dict[str, Any], count: int = 2) -> dict[str, float]:
    parts = build(config)
    for _ in range(count):
        scalars = parts.engine.step(parts.stream, observe=True)
    return {name: float(value) for name, value in scalars.items()}


def outcome(config: dict[str, Any], count: int = 1) -> dict[str, float] | str:
    """Return the scalars of the last of some steps, or the sentence that says why there are none."""
    try:
        return steps(config, count)
    except UsageError as error:
        return str(error)


def targets(node: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(node, dict):
        return []
    mine = [(node["_target_"], node)] if node.get("_target_") else []
    return mine + [found for child in node.values() for found in targets(child)]


@pytest.mark.parametrize("group", ["data", "arch", "loss", "reg", "optim", "game", "metric", "trainer", "logger"])
def test_every_choice_composes_and_its_targets_take_its_keys(compose_config: Any, group: str) -> None:
    for choice in choices(group):
        for path, node in targets(compose_config(f"{group}={choice}")):
            parameters = inspect.signature(locate(path, choice)).parameters
            keys = node.keys() - {"_target_", "shuffle", "flip", "generator", "discriminator"}
            assert keys <= parameters.keys(), f"{group}={choice}: {path}"


@pytest.mark.parametrize("reg", [*choices("reg"), "[gp,clip]"])
@pytest.mark.parametrize("loss", choices("loss"))
def test_every_loss_with_every_regularizer(compose_config: Any, loss: str, reg: str) -> None:
    result = outcome(compose_config(*FAKE, *plain(loss), f"loss={loss}", f"reg={reg}"), 2)
    if refusal := forbidden(loss, reg):
        assert refusal in str(result)
        return
    assert isinstance(result, dict), result
    assert all(math.isfinite(value) for value in result.values())
    assert ("loss/discriminator/gp" in result) == ("gp" in reg)


def forbidden(loss: str, reg: str) -> str | None:
    """Return what the sentence says that refuses the two together on a plain architecture, None if they are allowed."""
    if loss in ALONE:
        return None if reg == "none" else "takes no regularizers, got reg="
    if loss == "acgan" and reg != "acgan":
        return "the generator is told the class and the discriminator is not"
    if reg == "clip_mmd_gan" and loss not in ENERGIES:
        return "clip's only (a part of the discriminator), got encoder"
    if reg == "infogan" and loss != "infogan":
        return "got a latent without codes; use loss=infogan"
    if reg == "acgan" and loss not in ("acgan", "cgan"):
        return "with a generator that is not told what class to make; use loss=acgan"
    return None


@pytest.mark.parametrize("optim", choices("optim"))
@pytest.mark.parametrize("loss", choices("loss"))
def test_every_loss_with_every_optimizer(compose_config: Any, loss: str, optim: str) -> None:
    reg = ["reg=none"] if loss == "mmd_gan" else []  # dcgan has no encoder to clip
    scalars = steps(compose_config(*FAKE, *plain(loss), f"loss={loss}", f"optim={optim}", *reg))
    assert all(math.isfinite(value) for value in scalars.values())


@pytest.mark.parametrize("size", [28, 32, 64, 20])
@pytest.mark.parametrize("arch", ARCHS)
def test_every_architecture_trains_on_pictures_or_says_why_not(compose_config: Any, arch: str, size: int) -> None:
    config = compose_config(*FAKE, f"arch={arch}", f"data.size={size}", *narrow(arch))
    result = outcome(config)
    if arch in SIZES:
        assert isinstance(result, dict) == (size in SIZES[arch])
    if isinstance(result, str):
        assert size not in SIZES.get(arch, (28,))
        assert "\n" not in result
        assert "use " in result or "set " in result
    else:
        assert all(math.isfinite(value) for value in result.values())


@pytest.mark.parametrize("arch", ARCHS)
def test_every_architecture_trains_on_points_or_says_why_not(compose_config: Any, arch: str) -> None:
    overrides = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none")
    config = compose_config(*overrides, f"arch={arch}", *narrow(arch))
    result = outcome(config)
    if isinstance(result, str):
        assert "arch=mlp" in result
    else:
        assert all(math.isfinite(value) for value in result.values())


@pytest.mark.parametrize("arch", ARCHS)
def test_every_architecture_takes_a_gradient_penalty_as_typed(compose_config: Any, arch: str) -> None:
    size = f"data.size={SIZES.get(arch, (28,))[0]}"
    parts = build(compose_config(*FAKE, size, f"arch={arch}", "loss=wgan_gp", *narrow(arch)))
    assert not batch_norms(parts.game.networks["discriminator"])
    assert math.isfinite(float(parts.engine.step(parts.stream)["loss/discriminator/gp"]))


def small(data: dict[str, Any]) -> dict[str, Any]:
    """Return little of the data; noise in place of what takes a minute to draw, or a network to have."""
    shapes = {"lsun.load": (3, data.get("size")), "hwdb.load": (1, data.get("size")), "torchvision.load": (3, 32)}
    channels, size = shapes.get(data["_target_"].removeprefix("gan_runner.data."), (0, None))
    if channels:
        noise = {"channels": channels, "size": size, "classes": 10, "count": 16}
        return {"_target_": "gan_runner.data.fake.load", **noise}
    return data | ({"limit": 200} if "limit" in data else {"count": 2000})


@pytest.mark.parametrize("experiment", choices("experiment"))
def test_every_experiment_trains_two_steps(compose_config: Any, experiment: str) -> None:
    config = compose_config(f"experiment={experiment}", "metric=none", "trainer.batch_size=4")
    config["data"] = small(config["data"])
    for side in ("generator", "discriminator"):
        node = config["arch"][side] or {}
        node.update((key, value) for key, value in SMALL.items() if key in node)
    assert all(math.isfinite(value) for value in steps(config).values())


@pytest.mark.parametrize("experiment", choices("experiment"))
def test_every_experiment_says_its_command_time_and_result(experiment: str) -> None:
    head = (CONF / "experiment" / f"{experiment}.yaml").read_text(encoding="utf-8").split("defaults:")[0]
    assert f"gan-train experiment={experiment}" in head
    assert re.search(r"\d+(\.\d+)? seconds", head), "no time measured"


CONDITIONAL = """
from gan_runner.models.mlp import Discriminator as Plain


class Discriminator(Plain):
    def __init__(self, shape: tuple[int, ...], classes: int, width: int = 4) -> None:
        super().__init__(shape, [width])
        self.seen = (shape, classes)
"""


def test_networks_learn_channels_and_classes_from_the_data(
    compose_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conditional_arch.py").write_text(CONDITIONAL)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("GAN_RUNNER_ALLOW", "conditional_arch")
    config = compose_config(*FAKE, "data.channels=3", "data.classes=7", "arch=mlp")
    config["arch"]["discriminator"] = {"_target_": "conditional_arch.Discriminator"}
    parts = build(config)
    assert parts.game.networks["discriminator"].seen == ((3, 28, 28), 7)
    assert parts.game.sample(2, torch.Generator()).shape == (2, 3, 28, 28)


def test_wgan_alone_is_the_papers_algorithm(compose_config: Any) -> None:
    config = compose_config("loss=wgan")
    assert list(config["reg"]) == ["clip"]
    assert config["reg"]["clip"]["bound"] == 0.01
    assert config["optim"]["_target_"] == "torch.optim.RMSprop"
    assert config["optim"]["lr"] == config["optim"]["discriminator"]["lr"] == 5e-5
    assert config["trainer"]["d_steps"] == 5
    assert config["trainer"]["batch_size"] == 64


def test_what_the_user_types_wins_over_the_paper(compose_config: Any) -> None:
    config = compose_config("loss=wgan", "reg=gp", "optim=adam", "trainer.d_steps=2", "optim.lr=1e-3")
    assert list(config["reg"]) == ["gp"]
    assert config["optim"]["_target_"] == "torch.optim.Adam"
    assert (config["trainer"]["d_steps"], config["optim"]["lr"]) == (2, 1e-3)


def test_wgan_really_clips(compose_config: Any) -> None:
    parts = build(compose_config(*FAKE, *narrow("dcgan"), "loss=wgan"))
    assert max(weight.abs().max().item() for weight in parts.game.networks["discriminator"].parameters()) > 0.01
    parts.engine.step(parts.stream)
    assert max(weight.abs().max().item() for weight in parts.game.networks["discriminator"].parameters()) <= 0.01
    assert max(weight.abs().max().item() for weight in parts.game.networks["generator"].parameters()) > 0.01


def test_points_bring_their_network_and_metric_unless_told(compose_config: Any) -> None:
    config = compose_config("data=gaussian_mixture")
    assert "mlp" in config["arch"]["generator"]["_target_"]
    assert "modes" in config["metric"]["_target_"]
    assert compose_config("data=gaussian_mixture", "metric=none")["metric"]["_target_"] is None


def test_one_learning_rate_for_both_or_one_each(compose_config: Any) -> None:
    parts = build(compose_config(*FAKE, *narrow("dcgan"), "optim.lr=1e-3", "optim.discriminator.lr=4e-3"))
    rates = {name: optimizer.param_groups[0]["lr"] for name, optimizer in parts.engine.optimizers.items()}
    assert rates == {"generator": 1e-3, "discriminator": 4e-3}


def test_auto_norm_is_batch_unless_a_penalty_would_break_it(compose_config: Any) -> None:
    arch = compose_config()["arch"]
    assert resolve_norms(arch, {})["discriminator"]["norm"] == "batch"
    assert resolve_norms(arch, {"gp": GradientPenalty()})["discriminator"]["norm"] == "layer"
    assert resolve_norms(arch, {"gp": GradientPenalty()})["generator"]["norm"] == "batch"
    chosen = {**arch, "discriminator": {**arch["discriminator"], "norm": "instance"}}
    assert resolve_norms(chosen, {"gp": GradientPenalty()})["discriminator"]["norm"] == "instance"


def test_the_seed_decides_weights_and_data_and_nothing_else_does(compose_config: Any) -> None:
    def first(seed: int) -> torch.Tensor:
        torch.manual_seed(torch.initial_seed() + 1)
        parts = build(compose_config(*FAKE, *narrow("dcgan"), f"seed={seed}"))
        parts.engine.step(parts.stream)
        return torch.cat([weight.detach().flatten() for weight in parts.game.networks.parameters()])

    assert torch.equal(first(3), first(3))
    assert not torch.equal(first(3), first(4))
