"""A run is opened again without its data, and samples as it did in training."""

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import gan_runner
from gan_runner.errors import UsageError
from gan_runner.reporting.images import grid, png
from gan_runner.training.checkpoint import load, save

NARROW = ("arch.generator.width=4", "arch.discriminator.width=4", "arch.generator.init=fans")
"""Small nets; DCGAN's own starting weights would make them flat grey."""
PLAIN = ("data=fake", *NARROW)
LABELLED = ("data=fake", "data.classes=3", "arch.conditional=true", *NARROW)
POINTS = (
    "data=gaussian_mixture",
    "arch.generator.hidden=[8]",
    "metric=modes",
    "trainer.eval_every=1",
    "trainer.keep=9",
)
Run = Callable[..., Path]


@pytest.fixture
def copy(trained_run: Run, tmp_path: Path) -> Path:
    """Return a run that a test may spoil."""
    return shutil.copytree(trained_run(*PLAIN), tmp_path / "run", symlinks=True)


def test_a_run_samples_as_in_training_when_its_pictures_are_gone(
    trained_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    generator = np.random.default_rng(0)
    for number in range(12):
        Image.fromarray(generator.integers(0, 256, (28, 28), dtype=np.uint8)).save(pictures / f"{number}.png")
    run = trained_run("data=folder", f"data.root={pictures}", "data.size=28", "data.channels=1", *NARROW)
    shutil.rmtree(pictures)
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "empty"))
    again = gan_runner.load(run).sample(64)
    assert again.shape == (64, 1, 28, 28)
    assert again.std() > 0.05
    assert png(grid(again, -1.0, 1.0)) == (run / "samples" / "000004.png").read_bytes()


def test_a_checkpoint_is_chosen_by_word_name_or_path(trained_run: Run) -> None:
    run = trained_run(*POINTS, "trainer.save_every=1")
    checkpoints = run / "checkpoints"
    best = int((checkpoints / "best.pt").resolve().stem)
    assert gan_runner.load(run).step == 4
    assert gan_runner.load(run, "best").step == best
    assert gan_runner.load(run, "000002.pt").step == 2
    assert gan_runner.load(checkpoints / "000003.pt").step == 3
    assert gan_runner.load(checkpoints / "000003.pt").folder == run.resolve()
    moved = shutil.copy(checkpoints / "000001.pt", run / "elsewhere.pt")
    assert gan_runner.load(run, str(moved)).step == 1
    with pytest.raises(UsageError, match=r"checkpoint=000009\.pt: no such file; allowed: last, best, 000001\.pt"):
        gan_runner.load(run, "000009.pt")


def test_a_run_without_a_metric_has_no_best(trained_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no best one"):
        gan_runner.load(trained_run(*PLAIN), "best")
    with pytest.raises(UsageError, match="no such folder or file"):
        gan_runner.load(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="there is no checkpoint"):
        gan_runner.load(tmp_path)


@pytest.mark.fault(3)
def test_a_damaged_newest_checkpoint_is_passed_over_with_a_warning(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("gan_runner.training.checkpoint.log.warning", lambda text, *values: said.append(text % values))
    newest = copy / "checkpoints" / "000004.pt"
    newest.write_bytes(newest.read_bytes()[:-100])
    assert gan_runner.load(copy).step == 2
    assert len(said) == 1
    assert "000004.pt is of no use" in said[0]


def test_a_checkpoint_that_does_not_tell_its_data_is_refused(copy: Path) -> None:
    newest = copy / "checkpoints" / "000004.pt"
    old = {key: value for key, value in load(newest).items() if key not in ("facts", "format")}
    save(newest, old)
    with pytest.raises(UsageError, match="an older gan_runner wrote it"):
        gan_runner.load(copy)


def test_average_and_raw_weights_are_those_of_the_checkpoint(trained_run: Run) -> None:
    run = trained_run(*PLAIN)
    saved = load(run / "checkpoints" / "last.pt")
    average, raw = (gan_runner.load(run, weights=weights) for weights in ("average", "raw"))
    name = "body.5.weight"
    weights: Any = average.generator().state_dict()[name]
    assert torch.equal(weights, saved["average"]["networks"][f"generator.{name}"])
    assert torch.equal(raw.generator().state_dict()[name], saved["networks"][f"generator.{name}"])
    assert not torch.equal(average.sample(4), raw.sample(4))
    assert torch.equal(average.sample(4), gan_runner.load(run).sample(4))


def test_without_an_average_the_raw_weights_are_sampled(trained_run: Run) -> None:
    run = trained_run(*PLAIN, "trainer.ema=null")
    assert gan_runner.load(run).weights == "raw"
    with pytest.raises(UsageError, match="keeps no running average"):
        gan_runner.load(run, weights="average")


def test_seeds_decide_the_samples_alone(trained_run: Run) -> None:
    trained = gan_runner.load(trained_run(*PLAIN))
    torch.manual_seed(1)
    one = trained.sample(600, seed=5)  # more than a batch
    torch.manual_seed(2)
    assert torch.equal(one, trained.sample(600, seed=5))
    assert not torch.equal(one, trained.sample(600, seed=6))
    assert one.dtype == torch.float32
    with pytest.raises(UsageError, match="seed, got -1"):
        trained.sample(1, seed=-1)
    with pytest.raises(UsageError, match="n, got 0"):
        trained.sample(0)


def test_nothing_global_is_touched(trained_run: Run) -> None:
    run = trained_run(*PLAIN)
    torch.set_num_threads(2)
    state, precision = torch.get_rng_state(), torch.get_float32_matmul_precision()
    try:
        gan_runner.load(run).sample(3)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert torch.equal(state, torch.get_rng_state())
    assert torch.get_float32_matmul_precision() == precision


def test_labels_are_one_each_and_within_the_classes(trained_run: Run) -> None:
    trained = gan_runner.load(trained_run(*LABELLED))
    one = trained.sample(3, seed=0, labels=[0, 0, 0])
    other = trained.sample(3, seed=0, labels=torch.tensor([0, 1, 2]))
    assert torch.equal(one[0], other[0])
    assert not torch.equal(one[1:], other[1:])
    drawn = [batch.labels for batch in trained.batches(700)]
    assert [len(labels) for labels in drawn if labels is not None] == [500, 200]
    counts = torch.cat([labels for labels in drawn if labels is not None]).bincount()
    assert (counts - 700 / 3).abs().max() < 4 * math.sqrt(700 * 2 / 9)
    for labels, refusal in (
        ([0, 1], "2 of them for 3"),
        ([0, 1, 3], "got 0 to 3; allowed: 0 to 2"),
        ([-1, 0, 0], "-1"),
    ):
        with pytest.raises(UsageError, match=refusal):
            trained.sample(3, labels=labels)


def test_labels_for_a_generator_that_is_not_told_the_class_are_refused(trained_run: Run) -> None:
    with pytest.raises(UsageError, match="is not told the class"):
        gan_runner.load(trained_run(*PLAIN)).sample(2, labels=[0, 0])


def test_truncated_latents_have_the_moments_of_a_truncated_normal(trained_run: Run) -> None:
    trained = gan_runner.load(trained_run(*PLAIN))
    bound = 0.7
    latent = trained.sampler(seed=3, truncation=bound).draw(2000)
    assert latent.abs().max() <= bound
    density = math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi)
    variance = 1 - 2 * bound * density / math.erf(bound / math.sqrt(2))
    assert latent.var().item() == pytest.approx(variance, rel=0.02)
    assert latent.mean().item() == pytest.approx(0, abs=0.01)
    assert not torch.equal(trained.sample(4, 0, truncation=bound), trained.sample(4, 0))
    for truncation in (0.0, -1.0, math.nan):
        with pytest.raises(UsageError, match=r"truncation, got .*; allowed: more than 0"):
            trained.sample(4, truncation=truncation)


def test_uniform_latents_are_not_truncated(trained_run: Run) -> None:
    trained = gan_runner.load(trained_run(*PLAIN, "arch.latent.distribution=uniform"))
    with pytest.raises(UsageError, match="for uniform latents; allowed: with normal ones"):
        trained.sample(4, truncation=0.5)


def test_pictures_are_the_bytes_that_a_grid_shows(trained_run: Run) -> None:
    trained = gan_runner.load(trained_run(*PLAIN))
    samples = trained.sample(1)
    samples[0, 0, 0, :3] = torch.tensor([math.nan, -7.0, 7.0])
    shown = grid(samples, -1.0, 1.0, padding=1, scale=1)[:, 1:-1, 1:-1]
    assert torch.equal(trained.pictures(samples)[0], shown)
    assert shown[0, 0, 1:3].tolist() == [0, 255]


def test_a_device_that_is_not_there_is_refused(trained_run: Run) -> None:
    with pytest.raises(UsageError, match="device=cuda:99"):
        gan_runner.load(trained_run(*PLAIN), device="cuda:99")


def test_importing_the_package_does_not_import_torch() -> None:
    program = "import sys, gan_runner; assert gan_runner.load; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 0
