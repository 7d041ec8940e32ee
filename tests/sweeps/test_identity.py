"""Same sweep, same job: by what is trained, not by how it is typed, called or run."""

from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from gan_runner.sweeps.identity import job_identity, sweep_identity, swept_keys


def config(**changes: Any) -> DictConfig:
    plain: dict[str, Any] = {
        "seed": 0,
        "lr": 0.1,
        "twice": "${lr}",
        "name": None,
        "tags": [],
        "device": "auto",
        "threads": None,
        "logger": {"csv": {"_target_": "x"}},
        "data": {"root": "/here", "labels": True},
        "sweep": {"slots": None},
        "trainer": {"steps": 10},
        "hydra": {"job": {"num": 3}},
    }
    return OmegaConf.create(plain | changes)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "n"},
        {"tags": ["a"]},
        {"device": "cpu"},
        {"threads": 2},
        {"logger": {}},
        {"data": {"root": "/there", "labels": True}},
        {"sweep": {"slots": 2}},
        {"hydra": {"job": {"num": 4}}},
    ],
)
def test_where_and_how_a_job_is_run_does_not_make_it_another(change: dict[str, Any]) -> None:
    assert job_identity(config(**change), ["seed"]) == job_identity(config(), ["seed"])
    assert sweep_identity(config(**change), ["seed"]) == sweep_identity(config(), ["seed"])


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"lr": 0.2}, {"trainer": {"steps": 11}}, {"data": {"root": "/here", "labels": False}}]
)
def test_what_is_trained_makes_it_another(change: dict[str, Any]) -> None:
    assert job_identity(config(**change), []) != job_identity(config(), [])
    assert sweep_identity(config(**change), []) != sweep_identity(config(), [])


def test_a_path_or_name_that_is_swept_tells_jobs_apart() -> None:
    one, other = config(), config(data={"root": "/there", "labels": True}, device="cpu")
    assert job_identity(one, ["data.root"]) != job_identity(other, ["data.root"])
    assert job_identity(one, ["device"]) != job_identity(other, ["device"])


def test_a_value_typed_in_another_way_is_the_same_job() -> None:
    assert job_identity(config(lr=1e-1), ["lr"]) == job_identity(config(lr=0.10), ["lr"])
    assert job_identity(config(twice=0.1), []) == job_identity(config(), [])


def test_other_keys_are_another_sweep() -> None:
    assert sweep_identity(config(), ["lr"]) != sweep_identity(config(), ["lr", "seed"])


def test_swept_keys_are_those_with_more_than_one_value_or_brought_by_a_sweeper() -> None:
    typed = ["data=fake", "seed=0,1", "+loss.q=range(1,3)", "name='a b'"]
    jobs = [["data=fake", "seed=0", "+loss.q=1", "name='a b'", "optim.lr=0.1"]]
    assert swept_keys(jobs, typed) == ["+loss.q", "optim.lr", "seed"]
