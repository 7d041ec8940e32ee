"""A generator on its own makes what it makes in its run, and its README says how to have it do so."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import gan_runner
from gan_runner.errors import UsageError
from gan_runner.games.sampling import batch_norms
from gan_runner.generating import export as exporting
from gan_runner.generating.alone import PLAN, WEIGHTS, alone, load_generator
from gan_runner.generating.export import FORMATS, example, export
from gan_runner.trained import Trained

Run = Callable[..., Path]
NARROW = ("arch.generator.width=4", "arch.discriminator.width=4")
FAKE = ("data=fake", "data.classes=3")
PLAIN = (*FAKE, *NARROW, "arch.generator.init=fans")  # DCGAN's own starting weights make small nets flat grey
CONDITIONAL = (*PLAIN, "arch.conditional=true", "arch.sampling=batch")
MINMAX = (*FAKE, "arch=matlab_mlp")
CODES = (*PLAIN, "loss=infogan", "arch.latent.categorical=[4]", "arch.latent.continuous=1")
RUNS = {
    "dcgan": PLAIN,
    "conditional with batch statistics": CONDITIONAL,
    "dcgan_mnist": (*FAKE, "arch=dcgan_mnist", *NARROW),
    "points": ("data=gaussian_mixture", "arch.generator.hidden=[8]"),
    "minmax latents": MINMAX,
    "residual and conditional": (*FAKE, "arch=resnet", "arch.conditional=true", *NARROW),
    "sngan": (*FAKE, "data.size=32", "arch=sngan", *NARROW),
    "r3gan": (*FAKE, "data.size=32", "arch=r3gan", *NARROW, "arch.generator.groups=2", "arch.discriminator.groups=2"),
    "codes": CODES,
}


def opened(run: Path) -> Trained:
    return gan_runner.load(run, device="cpu")


def samples(trained: Trained, latent: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
    return trained.sampler().generate(latent, labels)


def code_of(folder: Path) -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```$", (folder / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert isinstance(code, str)
    return code


@pytest.mark.filterwarnings("ignore:.*torch.jit.load.*:FutureWarning")
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("run", RUNS)
def test_what_is_written_makes_the_same_samples(trained_run: Run, run: str, kind: Any, tmp_path: Path) -> None:
    trained = opened(trained_run(*RUNS[run]))
    export(kind, trained, tmp_path / "out")
    again = FORMATS[kind].read(tmp_path / "out")
    for count in (7, 2):
        inputs = example(trained, count)
        ours = samples(trained, *inputs)
        assert ours.std() > 0.02
        torch.testing.assert_close(again(*inputs), ours, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*torch.jit.load.*:FutureWarning")
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("run", ["conditional with batch statistics", "minmax latents", "codes", "points"])
def test_the_readmes_five_lines_load_and_sample_it(
    trained_run: Run, run: str, kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = opened(trained_run(*RUNS[run]))
    export(kind, trained, tmp_path / "out")
    code = code_of(tmp_path / "out")
    assert len(code.splitlines()) <= 5
    monkeypatch.chdir(tmp_path / "out")
    made: dict[str, Any] = {}
    exec(code, made)
    latent = torch.as_tensor(np.asarray(made["latent"]), dtype=torch.float32)
    labels = torch.as_tensor(np.asarray(made["labels"])) if "labels" in made else None
    assert (labels is not None) == trained.game.conditional
    again = torch.as_tensor(np.asarray(made["samples"]))
    torch.testing.assert_close(again, samples(trained, latent, labels), rtol=1e-4, atol=1e-5)
    assert again.shape == (64, *trained.outline.shape)


@pytest.mark.parametrize("distribution", ["normal", "uniform", "uniform01", "uniform_sd1", "minmax"])
@pytest.mark.parametrize("library", ["torch", "numpy"])
def test_the_readme_draws_latents_from_the_prior(
    trained_run: Run, distribution: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gan_runner.generating import readme

    monkeypatch.setattr(readme, "COUNT", 2000)
    np.random.seed(0)
    trained = opened(trained_run(*CODES, f"arch.latent.distribution={distribution}"))
    drawn = eval(readme._latent(trained.game.prior, library), {"torch": torch, "numpy": np})
    latent, ours = torch.as_tensor(drawn).float(), trained.sampler(1).draw(2000)
    dim = trained.game.prior.dim
    for part in (slice(dim), slice(dim, -1), slice(-1, None)):
        one, other = latent[:, part], ours[:, part]
        assert one.mean().item() == pytest.approx(other.mean().item(), abs=0.05)
        assert one.std().item() == pytest.approx(other.std().item(), abs=0.03)
    if distribution != "normal":
        assert (latent.min() - ours.min()).abs() < 0.01
        assert (latent.max() - ours.max()).abs() < 0.01
    assert (latent[:, dim:-1].sum(1) == 1).all()


def test_the_readme_explains_labels_scale_and_batches(trained_run: Run, tmp_path: Path) -> None:
    export("torchscript", opened(trained_run(*CONDITIONAL)), tmp_path / "told")
    text = (tmp_path / "told" / "README.md").read_text()
    for said in ("0 to 2", "from N(0, 1)", "[B, 1, 28, 28]", "batches of 8 or more", "average weights", "step 4"):
        assert said in text
    (scale,) = re.findall(r"`(\(\(samples.*?)`", text)
    assert eval(scale, {"samples": np.array([-1.0, 0.0, 1.0, 3.0])}).tolist() == [0, 128, 255, 255]
    assert (tmp_path / "told" / "classes.txt").read_text().split() == list(
        opened(trained_run(*CONDITIONAL)).outline.classes
    )
    export("torchscript", opened(trained_run(*RUNS["dcgan"])), tmp_path / "plain")
    assert "batches of" not in (tmp_path / "plain" / "README.md").read_text()
    assert not (tmp_path / "plain" / "classes.txt").exists()


def test_batch_statistics_leave_the_run_as_it_was(trained_run: Run) -> None:
    trained = opened(trained_run(*CONDITIONAL))
    before = {name: value.clone() for name, value in trained.generator().state_dict().items()}
    network = alone(trained.generator(), "batch")
    latent, labels = example(trained, 6)
    assert not torch.allclose(network(latent, labels)[:2], network(latent[:2], labels[:2]), atol=1e-3)
    assert all(torch.equal(value, before[name]) for name, value in trained.generator().state_dict().items())
    assert len(batch_norms(trained.generator())) == len(batch_norms(network)) > 0


def test_a_missing_package_is_one_sentence(trained_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = opened(trained_run(*RUNS["dcgan"]))
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnxscript" else object())
    with pytest.raises(UsageError, match=r"needs the package onnxscript; pip install 'gan-runner\[export\]'"):
        export("onnx", trained, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_generator_that_cannot_be_traced_is_refused_and_nothing_is_left(
    trained_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = opened(trained_run(*RUNS["dcgan"]))
    forward = type(trained.generator()).forward

    def fickle(self: Any, latent: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        made: torch.Tensor = forward(self, latent, labels)  # type: ignore[arg-type]
        return made if len(latent) < 5 else -made

    monkeypatch.setattr(type(trained.generator()), "forward", fickle)
    with pytest.raises(UsageError, match="it then computes something else"):
        export("torchscript", trained, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_no_generator_is_refused(trained_run: Run, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    export("safetensors", opened(trained_run(*RUNS["dcgan"])), whole)
    with pytest.raises(UsageError, match="no generator as gan-sample"):
        load_generator(tmp_path)
    for name, spoiled in ((PLAN, b"{}"), (PLAN, b"[3]"), (WEIGHTS, b"x" * 99)):
        broken = tmp_path / f"broken {len(spoiled)}"
        shutil.copytree(whole, broken)
        (broken / name).write_bytes(spoiled)
        with pytest.raises(UsageError, match="no generator as gan-sample"):
            load_generator(broken)
    plan = json.loads((whole / PLAN).read_text())
    (whole / PLAN).write_text(json.dumps(plan | {"generator": {"_target_": "os.system"}}))
    with pytest.raises(UsageError, match="may not be used"):
        load_generator(whole)
