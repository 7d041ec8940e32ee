"""R3GAN is the paired logistic loss with the rest of its algorithm; the formula is tested with its own file."""

import pytest


def test_is_the_paired_logistic_loss(compose_config):
    assert compose_config("loss=r3gan")["loss"] == {
        "_target_": "gan_runner.losses.relativistic.Relativistic",
        "form": "paired",
        "base": "logistic",
    }


def test_brings_both_penalties_its_adam_and_new_samples_for_the_generator(compose_config):
    config = compose_config("loss=r3gan")
    assert {name: penalty["gamma"] for name, penalty in config["reg"].items()} == {"r1": 1.0, "r2": 1.0}
    assert config["optim"]["_target_"] == "torch.optim.Adam"
    for player in ("generator", "discriminator"):
        assert config["optim"][player] == {"lr": 2e-4, "betas": [0.0, 0.9]}
    assert config["optim"]["eps"] == 1e-8
    assert (config["trainer"]["latents"], config["trainer"]["d_steps"]) == ("fresh", 1)


@pytest.mark.parametrize("choice", ["reg=none", "reg=clip", "optim=adam"])
def test_what_the_user_types_wins(choice, compose_config):
    config, plain = compose_config("loss=r3gan", choice), compose_config("loss=lsgan", choice)
    group = choice.partition("=")[0]
    assert config[group] == plain[group]


def test_the_weight_of_one_penalty_can_be_set(compose_config):
    config = compose_config("loss=r3gan", "reg.r2.gamma=0.05")
    assert (config["reg"]["r1"]["gamma"], config["reg"]["r2"]["gamma"]) == (1.0, 0.05)
