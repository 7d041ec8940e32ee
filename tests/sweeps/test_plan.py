"""From a command line to jobs: what their processes are told, and whose data they may go on with."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

from gan_runner.errors import UsageError
from gan_runner.sweeps.ledger import Ledger
from gan_runner.sweeps.plan import Plan, Wanted, enter

MINE = """
defaults:
  - config
  - override /data: gaussian_mixture
  - override /trainer: smoke
  - override /metric: none
  - override /logger: none
  - _self_
arch: {generator: {hidden: [4]}, discriminator: {hidden: [4]}}
"""


def joined(folder: Path, root: Path) -> dict[str, Any]:
    """Return the record of a sweep's only job, done before on the data in ``cats`` and asked for on ``root``."""
    record = {"number": 0, "digest": "d", "folder": "0", "overrides": [], "threads": 1}
    ledger = Ledger(folder, "same", [], "", jobs=[record | {"data": {"data.root": str(folder / "cats")}}])
    config = OmegaConf.create({"trainer": {"steps": 5}, "data": {"root": str(root), "labels": True}})
    (job,) = enter(Plan("same", (), (Wanted((), config, "d"),), ()), ledger, 1)
    assert job.folder == folder / "0"
    return ledger.jobs[0]


def test_other_data_are_no_data_that_have_moved(tmp_path: Path) -> None:
    cats, dogs = tmp_path / "cats", tmp_path / "dogs"
    cats.mkdir()
    assert joined(tmp_path, cats)["data"] == {"data.root": str(cats)}
    with pytest.raises(UsageError, match=r"dogs: .* was trained on .*cats, which is still there; use another name="):
        joined(tmp_path, dogs)
    cats.rename(dogs)
    assert joined(tmp_path, dogs)["data"] == {"data.root": str(dogs)}


def test_jobs_compose_the_config_that_was_named(gan_train: Any, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.yaml").write_text(MINE)
    done = gan_train("--config-dir", "d", "--config-name", "mine", "-m", "seed=7", "trainer.steps=2", "name=named")
    assert done.returncode == 0, done.stderr
    (kept,) = (tmp_path / "outputs" / "sweeps" / "named").glob("*/.hydra/config.yaml")
    config = yaml.safe_load(kept.read_text())
    assert config["data"]["_target_"].startswith("gan_runner.data.gaussian_mixture")
    assert (config["seed"], config["arch"]["generator"]["hidden"]) == (7, [4])
