"""The real command line: what a person types, what comes back, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SMALL = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4")


def run_folder(outputs: Path) -> Path:
    (found,) = outputs.glob("*/*/run.json")
    return found.parent


@pytest.mark.parametrize("arguments", [["--help"], ["--cfg", "job"], ["loss=wgan", "--cfg", "job", "--resolve"]])
def test_help_and_config_answer_without_torch(tmp_path: Path, arguments: list[str]) -> None:
    program = (
        "import sys\nfrom gan_runner.cli.train import main\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "_target_: gan_runner.losses." in done.stdout
    assert not list(tmp_path.iterdir())


def test_help_lists_every_choice(gan_train: Any) -> None:
    text = gan_train("--help").stdout
    conf = Path(__file__).parents[2] / "conf"
    for group in (path for path in conf.iterdir() if path.is_dir()):
        line = next(line for line in text.splitlines() if line.startswith(f"{group.name}: "))
        assert {choice.strip() for choice in line.partition(":")[2].split(",")} == {
            p.stem for p in group.glob("*.yaml")
        }


def test_a_run_leaves_its_folder(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train(*SMALL, "loss=wgan", "reg=[clip,gp]", "tags=[a,b]", "logger=[tensorboard,csv]")
    assert done.returncode == 0, done.stderr
    folder = run_folder(tmp_path / "outputs")
    assert folder.parent.name == "fake-dcgan-wgan-rmsprop_wgan"
    record = json.loads((folder / "run.json").read_text())
    assert (record["status"], record["step"], record["tags"], record["seed"]) == ("finished", 4, ["a", "b"], 0)
    assert record["choices"]["reg"] == "clip+gp"
    present = {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and "tfevents" not in path.name
    }
    assert present == {
        ".hydra/config.yaml",
        ".hydra/hydra.yaml",
        ".hydra/overrides.yaml",
        "run.json",
        "metrics.jsonl",
        "metrics.csv",
        "train.log",
        "samples/real.png",
        "samples/000002.png",
        "samples/000004.png",
        "samples/interpolation/000002.png",
        "samples/interpolation/000004.png",
        "checkpoints/000002.pt",
        "checkpoints/000002.pt.sha256",
        "checkpoints/000004.pt",
        "checkpoints/000004.pt.sha256",
        "checkpoints/last.pt",
    }
    assert len(list(folder.glob("events.out.tfevents.*"))) == 1
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    expected = {"loss/generator", "loss/discriminator", "score/real", "score/fake", "grad_norm/generator"}
    expected |= {"grad_norm/discriminator", "loss/wasserstein", "lr/generator", "lr/discriminator"}
    assert all(next(iter(line)) == "step" and expected <= line.keys() for line in lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["loss=lsgn"], ["loss=lsgn", "did you mean lsgan?", "allowed: ", "wgan_gp"]),
        (["reg=[gp,clipp]"], ["reg=clipp", "did you mean clip?"]),
        (["loss=null"], ["loss=null: no such choice"]),
        (["experiment=nope"], ["experiment=nope", "allowed: "]),
        (["los=lsgan"], ["los", "did you mean loss?"]),
        (["optm.lr=1"], ["optm.lr", "did you mean optim"]),
        (["trainer.step=3"], ["trainer.step", "did you mean trainer.steps?"]),
        (["loss.q=3"], ["loss.q", "allowed here", "a, b, c"]),
        (["seeed=3"], ["seeed", "did you mean seed?"]),
        (["+loss.q=3"], ["loss.q: no such setting"]),
        (["loss.a=x"], ["loss.a: got 'x'; allowed: a number"]),
        (["trainer.steps=1.5"], ["trainer.steps: got 1.5; allowed: a whole number"]),
        (["trainer.steps=0"], ["trainer: steps, got 0"]),
        (["trainer.batch_size=-1"], ["batch_size, got -1"]),
        (["trainer.order=sideways"], ["trainer.order: got 'sideways'; allowed: one of alternating, simultaneous"]),
        (["trainer.order=simultaneous", "trainer.d_steps=2"], ["order, got simultaneous"]),
        (["precision=fp16"], ["precision: got 'fp16'; allowed: one of fp32, fast, bf16"]),
        (["seed=-1"], ["seed, got -1"]),
        (["optim.lr=-1"], ["Invalid learning rate"]),
        (["loss.a=1"], ["must differ"]),
        (["device=cuda:77"], ["device=cuda:77", "use device=auto or device=cpu"]),
        (["device=gpu"], ["device=gpu: no such device"]),
        (["data.size=40"], ["40", "data.size"]),
        (["data=gaussian_mixture", "arch=dcgan"], ["dcgan", "arch=mlp"]),
        (["data=gaussian_mixture", "metric=classifier"], ["metric=classifier"]),
        (["metric=modes"], ["metric=modes"]),
        (["reg=gp", "arch.discriminator.norm=batch"], ["arch.discriminator.norm=batch with reg=gp", "layer"]),
        (["resume=/no/such/run"], ["resume=/no/such/run: no such folder"]),
        (["hydra.run.dir=/dev/null/run"], ["/dev/null"]),
        (["loss=lsgan", "loss"], ["loss"]),
        (["~seed"], ["seed: is missing"]),
        (["~loss"], ["loss: is missing"]),
        (["experiment=null"], ["experiment=null: no such choice", "lsgan_mixture"]),
        (["loss.a=inf"], ["loss.a: got inf; allowed: a number"]),
        (["arch.sampling=bogus"], ["arch.sampling: got 'bogus'; allowed: one of running, batch"]),
        (["data.shuffle=no-no"], ["data.shuffle: got 'no-no'; allowed: true or false"]),
        (["trainer.batch_size=1"], ["trainer.batch_size=1 with batch norm", "use 2 or more"]),
        (["+optim.foreach=true"], ["optim", "foreach"]),
        (["+logger.tensorboard.q=1"], ["logger.tensorboard.q: no such setting", "it has no settings"]),
        (["-m", "resume=/tmp"], ["resume=/tmp with -m"]),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value, list) else None,
)
def test_a_bad_command_is_one_line_and_exit_2(
    gan_train: Any, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    done = (
        gan_train("data=fake", *arguments)
        if not any(a.startswith(("data", "metric")) for a in arguments)
        else gan_train(*arguments)
    )
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("gan_runner: ")
    for word in words:
        assert word in lines[0]
    assert not (tmp_path / "outputs").exists() or not list((tmp_path / "outputs").rglob("run.json"))


@pytest.mark.fault(13)
def test_a_run_is_never_overwritten(gan_train: Any, tmp_path: Path) -> None:
    assert gan_train(*SMALL, "hydra.run.dir=here").returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "here").rglob("*") if path.is_file()}
    again = gan_train(*SMALL, "hydra.run.dir=here")
    assert again.returncode == 2
    assert "holds a run already (status finished)" in again.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "here").rglob("*") if path.is_file()} == before


@pytest.mark.fault(12)
def test_an_output_path_that_is_a_file_is_refused(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    done = gan_train(*SMALL, "hydra.run.dir=taken")
    assert done.returncode == 2
    assert "taken" in done.stderr
    assert (tmp_path / "taken").read_text() == "mine"


def test_dry_run_builds_and_leaves_nothing(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train(*SMALL, "dry_run=true")
    assert done.returncode == 0
    assert "dry run" in done.stderr
    assert not list(tmp_path.rglob("run.json"))


def test_a_users_own_choices_from_a_folder(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "mine" / "loss").mkdir(parents=True)
    (tmp_path / "mine" / "loss" / "chi2.yaml").write_text(
        "# @package _global_\nloss:\n  _target_: gan_runner.losses.lsgan.LeastSquares\n  a: -1.0\n  b: 1.0\n  c: 0.0\n"
    )
    done = gan_train("--config-dir", "mine", *SMALL, "loss=chi2")
    assert done.returncode == 0, done.stderr
    config = (run_folder(tmp_path / "outputs") / ".hydra" / "config.yaml").read_text()
    assert "a: -1.0" in config
    wrong = gan_train("--config-dir", "mine", "loss=chi3")
    assert wrong.returncode == 2
    assert "did you mean chi2?" in wrong.stderr


def test_paths_with_spaces_and_chinese_characters(gan_train: Any, tmp_path: Path) -> None:
    place = tmp_path / "été 手写 字"
    place.mkdir()
    assert gan_train(*SMALL, "name='跑 一'", cwd=place).returncode == 0
    folder = run_folder(place / "outputs")
    done = gan_train(f"resume={folder}", "trainer.steps=6", cwd=place)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "run.json").read_text())["step"] == 6


def test_a_choice_without_a_class_is_explained(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "mine" / "loss").mkdir(parents=True)
    (tmp_path / "mine" / "loss" / "bare.yaml").write_text("a: 1.0\n")
    done = gan_train("--config-dir", "mine", *SMALL, "loss=bare")
    assert done.returncode == 2
    assert "loss: names no class" in done.stderr


@pytest.mark.fault(17)
def test_a_resumed_run_keeps_its_longer_goal_and_its_own_choices(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "mine" / "loss").mkdir(parents=True)
    text = "# @package _global_\nloss:\n  _target_: gan_runner.losses.hinge.Hinge\n"
    (tmp_path / "mine" / "loss" / "own.yaml").write_text(text)
    assert gan_train("--config-dir", "mine", *SMALL, "loss=own", "hydra.run.dir=here").returncode == 0
    longer = gan_train("resume=here", "trainer.steps=6")
    assert longer.returncode == 0, longer.stderr
    again = gan_train("resume=here/checkpoints/last.pt")
    assert again.returncode == 0, again.stderr
    record = json.loads((tmp_path / "here" / "run.json").read_text())
    assert (record["step"], record["steps"], record["status"]) == (6, 6, "finished")
    assert "loss=own" in record["command"]
    assert [line.split()[-1] for line in record["resumed"]] == ["trainer.steps=6", "resume=here/checkpoints/last.pt"]


@pytest.mark.fault(7)
@pytest.mark.fault(35)
def test_divergence_is_exit_1_and_no_checkpoint_is_spoilt(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train(
        *SMALL, "optim=sgd", "optim.lr=1e30", "trainer.steps=20", "hydra.run.dir=here", "trainer.log_every=5"
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("gan_runner: ")]
    assert "diverged" in line
    record = json.loads((tmp_path / "here" / "run.json").read_text())
    assert record["status"] == "failed"
    assert "diverged" in record["error"]
    assert not list((tmp_path / "here" / "checkpoints").glob("*.pt"))


def test_a_sweep_runs_every_combination(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train("-m", *SMALL, "loss=gan,wgan", "optim=sgd", "trainer.steps=2")
    assert done.returncode == 0, done.stderr
    folders = (tmp_path / "outputs" / "sweeps").glob("*/*/run.json")
    records = {path.parent.name: json.loads(path.read_text()) for path in folders}
    assert {(name, r["choices"]["loss"], r["choices"]["optim"], r["status"]) for name, r in records.items()} == {
        ("0_loss=gan", "gan", "sgd", "finished"),
        ("1_loss=wgan", "wgan", "sgd", "finished"),
    }


@pytest.mark.fault(30)
def test_a_sweep_survives_a_job_that_cannot_run(gan_train: Any, tmp_path: Path) -> None:
    done = gan_train("-m", *SMALL, "loss.a=1,0", "trainer.steps=2")
    assert done.returncode == 1
    assert "failed: job 0 loss.a=1: loss: a (label of fake) and b (label of real) must differ" in done.stderr
    records = [json.loads(path.read_text()) for path in (tmp_path / "outputs" / "sweeps").glob("*/*/run.json")]
    assert [record["status"] for record in records] == ["finished"]
