from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from gan_runner.compare.groups import differing, grouped, separating
from gan_runner.compare.reading import read
from gan_runner.compare.runs import Run
from gan_runner.errors import UsageError

WriteRun = Callable[..., Path]


def runs_of(*folders: Path) -> list[Run]:
    runs = [read(folder) for folder in folders]
    assert all(isinstance(run, Run) for run in runs)
    return runs  # type: ignore[return-value]


def type_words(folder: Path, *words: str) -> Path:
    (folder / ".hydra" / "overrides.yaml").write_text(yaml.safe_dump(list(words)), encoding="utf-8")
    return folder


def test_runs_that_differ_in_the_seed_alone_are_one_group(run_folder: WriteRun) -> None:
    keys, (group,) = grouped(runs_of(run_folder("a", seed=0), run_folder("b", seed=1)))
    assert keys == []
    assert [run.seed for run in group.runs] == [0, 1]
    assert group.name == "data=mnist arch=dcgan loss=lsgan reg=none optim=adam"


def test_what_a_choice_brings_along_goes_without_saying(run_folder: WriteRun) -> None:
    wgan = run_folder("w", loss="wgan", config={"trainer": {"d_steps": 5}, "optim": {"lr": 5e-5}})
    runs = runs_of(run_folder("a"), wgan)
    assert differing(runs)[0] == "loss"
    assert {"loss._target_", "trainer.d_steps", "optim.lr"} <= set(differing(runs))
    assert separating(runs) == ["loss"]
    assert [group.name for group in grouped(runs)[1]] == ["loss=lsgan", "loss=wgan"]


def test_a_setting_that_varies_within_a_choice_makes_groups(run_folder: WriteRun) -> None:
    runs = runs_of(
        run_folder("a"), run_folder("b", config={"optim": {"lr": 0.01}}), run_folder("c", loss="gan", seed=1)
    )
    assert separating(runs) == ["loss", "optim.lr"]
    assert [group.name for group in grouped(runs)[1]] == [
        "loss=lsgan optim.lr=0.001",
        "loss=lsgan optim.lr=0.01",
        "loss=gan optim.lr=0.001",
    ]


def test_what_was_typed_is_told_though_another_key_implies_it(run_folder: WriteRun) -> None:
    wgan = run_folder("w", loss="wgan", config={"optim": {"lr": 5e-5}})
    runs = runs_of(run_folder("a"), type_words(wgan, "loss=wgan", "optim.lr=5e-5"))
    assert separating(runs) == ["loss", "optim.lr"]


def test_where_a_run_lies_and_how_often_it_looked_up_make_no_group(run_folder: WriteRun) -> None:
    here = run_folder("a", config={"trainer": {"eval_every": 5}, "threads": 1, "data": {"root": "/here"}})
    there = run_folder("b", seed=1, config={"trainer": {"eval_every": 9}, "threads": 2, "data": {"root": "/there"}})
    assert differing(runs_of(here, there)) == []


def test_groups_by_a_key_of_ones_own(run_folder: WriteRun) -> None:
    runs = runs_of(run_folder("a"), run_folder("b", loss="gan"), run_folder("c", config={"optim": {"lr": 0.01}}))
    assert [len(group.runs) for group in grouped(runs, ["loss"])[1]] == [2, 1]
    with pytest.raises(UsageError, match=r"by=los: no such setting.*did you mean loss\?"):
        grouped(runs, ["los"])
