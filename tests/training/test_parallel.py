"""Two ranks are one process cut in two: the same weights, the same random numbers, the same order of the data."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner import ranks
from gan_runner.build import build
from gan_runner.errors import UsageError
from gan_runner.training import parallel
from gan_runner.training.device import pick_device

POINTS = (
    "data=gaussian_mixture",
    "data.count=100",
    "trainer=smoke",
    "metric=none",
    "arch.generator.hidden=[16]",
    "arch.discriminator.hidden=[16]",
    "trainer.steps=50",
)
# Plain descent in small steps: Adam moves a weight without a gradient (a bias before batch norm) by the sign of its
# rounding error, and with long steps the rounding errors of such networks grow a thousandfold in five of them.
PLAIN = ("optim=sgd", "optim.generator.lr=1e-4", "optim.discriminator.lr=1e-4")
PICTURES = ("data=fake", "trainer=smoke", "metric=none", *PLAIN)
WIDTHS = ("arch.generator.width=4", "arch.discriminator.width=4")
SMALL = (*PICTURES, *WIDTHS)
SYNCED = (*SMALL, "trainer.sync_batch_norm=true")
EQUAL = {
    "lsgan": POINTS,
    "wgan_gp": (*POINTS, "loss=wgan_gp"),
    "means over all scores": (*POINTS, "loss=relativistic", *PLAIN),
    "noise around real samples": (*POINTS, "reg=dragan", "game.instance_noise=0.1"),
    "moments": (*POINTS, "loss=gmmn", "arch.discriminator=null"),
    "packed": (*POINTS, "game.packing=2"),
    "both at once": (*POINTS, "trainer.order=simultaneous"),
    "one term at a time": (*POINTS, "trainer.d_update=separate", "reg=r1", "reg.r1.every=2"),
    "batch norm": (*SYNCED, "trainer.steps=50"),
    "codes and batch norm in a head": (*SYNCED, "loss=infogan"),
    "classes": (*SYNCED, "loss=acgan"),
    "features": (*SYNCED, "loss=feature_matching"),
    "codes at right angles": (*SYNCED, "arch=ebgan", "data.size=32", "loss=ebgan_pt"),
    "a balance": (*SMALL, "arch=began", "data.size=32", "loss=began"),
    "dropout": (*PICTURES, "arch=cgan"),
    "unscaled dropout": (*PICTURES, "arch=matlab_mlp"),
    "minibatch discrimination": (*POINTS, "arch.discriminator.minibatch_discrimination=3", *PLAIN),
}
CASES = EQUAL | {"batch norm a rank": SMALL}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, compose_config: Any, start_ranks: Any) -> Path:
    """Train every case in one process and in two, and return where the results are."""
    folder = tmp_path_factory.mktemp("pair")
    (folder / "cases.json").write_text(json.dumps({name: compose_config(*words) for name, words in CASES.items()}))
    script = str(Path(__file__).with_name("pair.py"))
    for count in (1, 2):
        processes: list[subprocess.Popen[str]] = start_ranks(count, script, "cases.json", ".", cwd=folder)
        errors = [process.communicate(timeout=240)[1] for process in processes]
        assert [process.returncode for process in processes] == [0] * count, errors
    return folder


def load(results: Path, name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return what came of one process, and of the first and the second of two."""
    one, first, second = (
        torch.load(results / f"{name}-{part}.pt", weights_only=True) for part in ("0-of-1", "0-of-2", "1-of-2")
    )
    return one, first, second


@pytest.mark.parametrize("name", EQUAL)
def test_two_ranks_equal_one(results: Path, name: str) -> None:
    one, first, second = load(results, name)
    assert torch.equal(one["random"], first["random"])
    assert torch.equal(one["random"], second["random"])
    for key, weight in one["networks"].items():
        torch.testing.assert_close(first["networks"][key], weight, rtol=1e-4, atol=1e-5)
        assert torch.equal(first["networks"][key], second["networks"][key]), key
    assert first["scalars"] == pytest.approx(one["scalars"], rel=1e-3, abs=1e-4)


def test_batch_norm_a_rank_is_something_else_and_only_its_statistics_differ_between_ranks(results: Path) -> None:
    one, first, second = load(results, "batch norm a rank")
    assert any(
        not torch.allclose(first["networks"][key], weight, 1e-4, 1e-5) for key, weight in one["networks"].items()
    )
    differing = {key for key, weight in first["networks"].items() if not torch.equal(weight, second["networks"][key])}
    assert differing
    assert all("running_" in key for key in differing)


@pytest.fixture
def as_second_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks._place, "rank", 1)
    monkeypatch.setattr(ranks._place, "size", 2)
    monkeypatch.setenv("LOCAL_RANK", "1")


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["trainer.batch_size=7"], "batch_size=7 shared by 2 processes; use a multiple of 2, or"),
        (["trainer.batch_size=6", "game.packing=2"], "shared by 2 processes and game.packing=2; use a multiple of 4"),
        (["trainer.batch_size=2", "arch.generator.norm=batch"], "in 2 processes with batch norm .*; use 4 or more"),
    ],
)
@pytest.mark.usefixtures("as_second_of_two")
def test_batches_that_cannot_be_shared_are_refused(compose_config: Any, overrides: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        build(compose_config(*POINTS, *overrides))


@pytest.mark.usefixtures("as_second_of_two")
def test_each_rank_has_a_gpu_of_its_own_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("auto") == pick_device("cuda") == torch.device("cuda:1")
    assert taken == [1, 1]
    assert pick_device("cpu") == torch.device("cpu")
    with pytest.raises(UsageError, match="device=cuda:0 with several processes; allowed: auto, cuda"):
        pick_device("cuda:0")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(UsageError, match="shows 1 CUDA devices and has more processes; give torchrun"):
        pick_device("cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert pick_device("auto") == torch.device("cpu")


@pytest.mark.usefixtures("as_second_of_two")
def test_a_rank_takes_its_part_of_what_is_drawn_for_all() -> None:
    samples = torch.zeros(3, 2, 4, 4).to(memory_format=torch.channels_last)
    torch.manual_seed(1)
    part = ranks.whole(torch.randn_like, samples)
    torch.manual_seed(1)
    assert torch.equal(part, torch.randn_like(torch.cat([samples, samples]))[3:])
    with ranks.alone():
        torch.manual_seed(1)
        part = ranks.whole(torch.randn_like, samples)
        torch.manual_seed(1)
        assert torch.equal(part, torch.randn_like(samples))


def test_alone_nothing_is_exchanged_and_errors_are_ones_own() -> None:
    values = torch.randn(3, requires_grad=True)
    assert ranks.gather(values) is values
    assert parallel.largest(7) == 7
    assert parallel.tell("word") == "word"
    assert parallel.once(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError), parallel.together():
        _ = 1 / 0
