"""A checkpoint that can be read and holds anything: a stranger's, or another program's."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.errors import UsageError
from gan_runner.folder import open_folder
from gan_runner.trained import Trained
from gan_runner.training.checkpoint import digest_path, load

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 40) | st.floats() | st.text(max_size=4) | st.just(torch.ones(2)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)
READ = ("config", "data", "threads", "state", "facts", "networks", "average", "format")
TARGETS = ("os.system", "gan_runner.data.processes.begin", "torch.optim.Adam", "gan_runner.losses.lsgan.LeastSquares")


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all nodes of the parts of a checkpoint that are read to sample from it."""
    found = []
    for key, value in node.items() if isinstance(node, dict) else ():
        if path or key in READ:
            found += [(*path, key), *paths(value, (*path, key))]
    return found


@pytest.fixture(scope="module")
def checkpoint(trained_run: Callable[..., Path]) -> tuple[Path, dict[str, Any]]:
    run = trained_run("data=gaussian_mixture", "arch.generator.hidden=[4]", "arch.discriminator.hidden=[4]")
    return run, load(run / "checkpoints" / "last.pt")


@pytest.mark.fuzz
@pytest.mark.fault(20)
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_a_checkpoint_holds_it_is_sampled_or_refused_in_one_line(
    checkpoint: tuple[Path, dict[str, Any]], tmp_path: Path, refused_at_most: Any, data: st.DataObject
) -> None:
    state = copy.deepcopy(checkpoint[1])
    for _ in range(data.draw(st.integers(1, 2))):
        *above, key = data.draw(st.sampled_from(paths(state)))
        node = state
        for step in above:
            node = node[step]
        if data.draw(st.booleans()):
            node[key] = data.draw(VALUES | st.sampled_from(TARGETS))
        else:
            del node[key]
    torch.save(state, tmp_path / "a.pt")
    with refused_at_most():
        trained = Trained(tmp_path / "a.pt", device="cpu")
        assert trained.sample(2).shape == (2, 2)
    with refused_at_most():
        open_folder(tmp_path, str(tmp_path / "a.pt"), checkpoint[1]["config"])


@pytest.mark.fault(21)
def test_a_target_in_a_checkpoint_is_never_called_out_of_its_place(checkpoint: Any, tmp_path: Path) -> None:
    for target in TARGETS:
        state = copy.deepcopy(checkpoint[1])
        state["config"]["arch"]["generator"] = {"_target_": target}
        torch.save(state, tmp_path / "a.pt")
        with pytest.raises(
            UsageError, match=r"arch\.generator\._target_: '.*' (may not be used|is none for this place)"
        ):
            Trained(tmp_path / "a.pt", device="cpu")


def test_a_run_whose_checkpoint_is_empty_is_not_gone_on_with(checkpoint: Any, tmp_path: Path) -> None:
    shutil.copytree(checkpoint[0], tmp_path / "run", symlinks=True)
    newest = (tmp_path / "run" / "checkpoints" / "last.pt").resolve()
    torch.save({"format": 1}, newest)
    digest_path(newest).unlink()
    with pytest.raises(UsageError, match=r"holds what no run saves \(KeyError: 'config'\)"):
        open_folder(tmp_path / "run", "auto", checkpoint[1]["config"])
