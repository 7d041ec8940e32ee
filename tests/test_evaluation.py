"""`gan-eval` on runs trained by the real `gan-train`; most of its words are given to it in this process."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_runner.cli import evaluate
from gan_runner.errors import UsageError
from gan_runner.reporting.runfile import RunFile
from gan_runner.training.evaluator import Evaluator

Command = Callable[..., str]
SMALL = ("arch.generator.width=4", "arch.discriminator.width=4", "data.limit=300")
QUICK = ("trainer=smoke", "trainer.eval_every=2", "logger=none")


def run_command(name: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"gan_runner.cli.{name}", *words]
    return subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run on points and one on labelled pictures, by a generator told the class."""
    folder = tmp_path_factory.mktemp("runs")
    points = ("data=gaussian_mixture", "data.count=2000", "metric.samples=700", "hydra.run.dir=points")
    digits = (*SMALL, "arch.conditional=true", "metric.samples=200", "hydra.run.dir=digits")
    for words in (points, digits):
        done = run_command("train", *QUICK, *words, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def kept(place: Path, run: str) -> list[dict[str, Any]]:
    return json.loads((place / run / "eval.json").read_text(encoding="utf-8"))["evaluations"]


@pytest.fixture
def gan_eval(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that does what `gan-eval` does with its words, and returns what it prints."""
    monkeypatch.chdir(place)

    def run(*words: str) -> str:
        evaluate.run(words)
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("run", ["points", "digits"])
def test_a_finished_run_repeats_its_own_final_values_exactly(place: Path, gan_eval: Command, run: str) -> None:
    done = run_command("evaluate", f"run={run}", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "repeated exactly" in done.stdout
    assert "takes about" in done.stderr
    (entry,) = [entry for entry in kept(place, run) if entry["weights"] == "average"]
    record = RunFile.read(place / run)
    assert record is not None
    assert entry["values"] == record["final"]
    assert record["metric"]["monitor"] == entry["monitor"]
    assert record["metric"]["provenance"] == entry["provenance"]
    assert ("accuracy" in entry["values"]) is (run == "digits")
    assert "repeated exactly" in gan_eval(f"run={run}")
    assert len([entry for entry in kept(place, run) if entry["weights"] == "average"]) == 1  # replaced, not repeated


def test_other_checkpoints_weights_and_settings_stand_beside_each_other(place: Path, gan_eval: Command) -> None:
    shutil.copytree(place / "points", place / "several", ignore=shutil.ignore_patterns("eval.json"))
    for words in (
        ["checkpoint=000002.pt"],
        ["weights=raw"],
        ["metric.samples=600"],
        ["metric=modes", "metric.samples=600"],
    ):
        gan_eval("run=several", *words)
    entries = kept(place, "several")
    assert [(entry["step"], entry["weights"], entry["metric"]["samples"]) for entry in entries] == [
        (2, "average", 700),
        (4, "raw", 700),
        (4, "average", 600),
    ]
    assert "the run's own" not in gan_eval("run=several", "weights=raw")


def test_a_copy_elsewhere_and_a_checkpoint_file_alone_will_do(place: Path, gan_eval: Command, tmp_path: Path) -> None:
    there = tmp_path / "a copy"
    shutil.copytree(place / "points", there)
    assert "repeated exactly" in gan_eval(f"run={there}/checkpoints/000004.pt")
    assert (there / "eval.json").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run=nowhere"], "run=nowhere: no such folder or file"),
        (["checkpoint=best"], "run: which run"),
        (["run=points", "checkpoint=000009.pt"], "allowed: last, best, 000002.pt, 000004.pt, or a path"),
        (["run=points", "weights=ema"], "weights: got 'ema'; allowed: one of average, raw"),
        (["run=points", "metric=classifier"], "needs labelled pictures; got data gaussian_mixture"),
        (["run=points", "metric=none"], "metric=none scores nothing"),
        (["run=points", "metric.sampels=5"], "did you mean samples?"),
        (["run=points", "loss=wgan"], "loss=wgan: is the run's own"),
        (["run=points", "threads=0"], "threads, got 0; allowed: 1 or more"),
        (["points"], "did you mean run=points?"),
        (["run=points", "--verbose"], "--verbose is not known here"),
        (["run=points", "device=cuda:99"], "device=cuda:99"),
    ],
)
def test_bad_words_end_in_one_sentence(gan_eval: Command, words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        gan_eval(*words)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_words_that_hydra_refuses_are_explained(place: Path) -> None:
    done = run_command("evaluate", "run=points", "metric=mods", cwd=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean modes?" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_other_data_are_refused(gan_eval: Command, tmp_path: Path) -> None:
    picture = Path(__file__).parents[1] / "docs" / "images" / "mnist.png"
    for name, count in (("then", 8), ("now", 9)):
        for number in range(count):
            (tmp_path / name).mkdir(exist_ok=True)
            shutil.copy(picture, tmp_path / name / f"{number}.png")
    data = ("data=folder", f"data.root={tmp_path / 'then'}", "data.size=16", "arch=mlp", "metric=none")
    assert run_command("train", *QUICK, *data, "hydra.run.dir=pictures", cwd=tmp_path).returncode == 0
    with pytest.raises(UsageError, match=r"are not what .* was trained on.*data\.root=DIR"):
        gan_eval(f"run={tmp_path / 'pictures'}", "metric=modes", f"data.root={tmp_path / 'now'}")


def test_a_run_without_an_average_repeats_its_final_values_with_its_raw_weights(
    gan_eval: Command, tmp_path: Path
) -> None:
    data = ("data=gaussian_mixture", "data.count=2000", "metric.samples=700")
    done = run_command("train", *QUICK, *data, "trainer.ema=null", "hydra.run.dir=plain", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "repeated exactly" in gan_eval(f"run={tmp_path / 'plain'}")


@pytest.mark.parametrize("damaged", ["{", '{"evaluations": 5}', "[]", "5"])
def test_a_damaged_list_of_evaluations_is_told_before_any_work_and_left_alone(
    place: Path, gan_eval: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(place / "points", run)
    (run / "eval.json").write_text(damaged)
    monkeypatch.delattr(Evaluator, "prepare")
    with pytest.raises(UsageError, match=r"eval\.json is damaged"):
        gan_eval(f"run={run}")
    assert (run / "eval.json").read_text() == damaged


def test_the_digest_is_of_the_checkpoint_that_was_scored_though_training_has_replaced_it_since(
    place: Path, gan_eval: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    shutil.copytree(place / "points", run, ignore=shutil.ignore_patterns("eval.json"))
    newest = run / "checkpoints" / "000004.pt"
    scored = hashlib.sha256(newest.read_bytes()).hexdigest()
    prepare = Evaluator.prepare

    def meanwhile(*arguments: Any) -> None:
        newest.unlink()
        prepare(*arguments)

    monkeypatch.setattr(Evaluator, "prepare", meanwhile)
    gan_eval(f"run={run}")
    (entry,) = kept(tmp_path, "run")
    assert entry["checkpoint_sha256"] == scored


def test_help_answers_without_torch() -> None:
    code = (
        "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); "
        "from gan_runner.cli import evaluate; sys.argv = ['gan-eval', '--help']; evaluate.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert "gan-eval run=PATH" in done.stdout
