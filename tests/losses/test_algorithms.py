"""A loss's file may bring the rest of its paper's algorithm; what the user types wins over it."""

import shutil
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

CONF = Path(__file__).parents[2] / "conf"
PRIMARY = """
defaults:
  - _self_
  - optim: adam
  - reg: none
  - loss: lsgan
trainer:
  d_steps: 1
  batch_size: 64
"""


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conf")
    for group in ("loss", "optim", "reg"):
        shutil.copytree(CONF / group, folder / group)
    (folder / "config.yaml").write_text(PRIMARY)

    def run(*overrides):
        with initialize_config_dir(str(folder), version_base="1.3"):
            return OmegaConf.to_container(compose("config", overrides=list(overrides)), resolve=True)

    return run


def kind(node):
    return node["_target_"].rpartition(".")[2]


def test_wgan_brings_clipping_five_critic_updates_and_rmsprop(composed):
    config = composed("loss=wgan")
    assert kind(config["loss"]) == "Wasserstein"
    (clip,) = config["reg"].values()
    assert (kind(clip), clip["bound"], clip["only"]) == ("Clip", 0.01, None)
    assert config["trainer"]["d_steps"] == 5
    assert kind(config["optim"]) == "RMSprop"
    assert config["optim"]["generator"]["lr"] == config["optim"]["discriminator"]["lr"] == 5e-5


def test_wgan_gp_brings_the_penalty_five_critic_updates_and_adam_without_momentum(composed):
    config = composed("loss=wgan_gp")
    assert kind(config["loss"]) == "Wasserstein"
    (penalty,) = config["reg"].values()
    assert (penalty["weight"], penalty["target"], penalty["one_sided"]) == (10.0, 1.0, False)
    assert config["trainer"]["d_steps"] == 5
    assert kind(config["optim"]) == "Adam"
    for player in ("generator", "discriminator"):
        assert config["optim"][player] == {"lr": 1e-4, "betas": [0.0, 0.9]}


def test_what_the_user_types_wins(composed):
    config = composed("loss=wgan", "reg=gp", "optim=adam", "trainer.d_steps=2", "optim.lr=3e-4")
    assert list(config["reg"]) == ["gp"]
    assert config["trainer"]["d_steps"] == 2
    assert kind(config["optim"]) == "Adam"
    assert config["optim"]["generator"] == {"lr": 3e-4, "betas": [0.5, 0.999]}
    assert composed("loss=wgan", "reg=none")["reg"] == {}


def test_lsgan_brings_its_papers_learning_rate_with_adam_and_leaves_other_optimizers_alone(composed):
    assert composed("loss=lsgan")["optim"]["generator"] == {"lr": 1e-3, "betas": [0.5, 0.999]}
    assert composed("loss=lsgan", "optim=adam")["optim"]["lr"] == 2e-4
    assert composed("loss=lsgan", "optim=rmsprop") == composed("loss=gan", "optim=rmsprop") | {
        "loss": composed("loss=lsgan")["loss"]
    }


@pytest.mark.parametrize("loss", ["gan", "nonsaturating", "hinge"])
def test_other_losses_change_nothing_else(loss, composed):
    config, plain = composed(f"loss={loss}"), composed("loss=lsgan", "optim=adam")
    assert {**config, "loss": None} == {**plain, "loss": None}


def test_a_list_combines_regularizers(composed):
    config = composed("reg=[gp,clip]", "reg.gp.weight=1", "reg.clip.bound=0.1")
    assert {name: kind(node) for name, node in config["reg"].items()} == {"gp": "GradientPenalty", "clip": "Clip"}
    assert (config["reg"]["gp"]["weight"], config["reg"]["clip"]["bound"]) == (1, 0.1)


OPTIMIZERS = sorted(path.stem for path in (CONF / "optim").glob("*.yaml"))


@pytest.mark.parametrize("optim", OPTIMIZERS)
def test_one_rate_sets_both_players_and_one_of_them_can_differ(optim, composed):
    both = composed(f"optim={optim}", "optim.lr=0.5")["optim"]
    assert both["generator"]["lr"] == both["discriminator"]["lr"] == 0.5
    one = composed(f"optim={optim}", "optim.discriminator.lr=0.5")["optim"]
    assert one["discriminator"]["lr"] == 0.5
    assert one["generator"]["lr"] == one["lr"] != 0.5


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("optim", OPTIMIZERS)
def test_every_optimizer_accepts_its_settings_and_descends(optim, player, composed):
    settings = composed(f"optim={optim}")["optim"]
    target = getattr(torch.optim, kind(settings))
    own = settings[player]
    common = {key: settings[key] for key in settings.keys() - {"_target_", "generator", "discriminator"}}
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = target([weight], **common | own)
    weight.square().sum().backward()
    optimizer.step()
    assert 0 < weight.item() < 1
