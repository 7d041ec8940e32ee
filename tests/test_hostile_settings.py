"""A composed config of which a stranger has changed whatever they liked, as it may stand in a checkpoint."""

import copy
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.build import assemble, design
from gan_runner.errors import TrainingFailedError, UsageError
from gan_runner.ready import out_of_memory

RECIPES = (
    *(("data=mnist", f"loss={loss}") for loss in ("lsgan", "wgan_gp", "ebgan", "began", "infogan", "gmmn", "mmd_gan")),
    *(("data=gaussian_mixture", f"loss={loss}") for loss in ("gan", "loss_sensitive", "r3gan", "hinge")),
    *((f"data={name}",) for name in ("gaussian_1d", "parallel_lines", "swiss_roll", "fake")),
    *(("data=mnist", f"arch={name}") for name in ("mlp", "resnet", "cgan", "dcgan_mnist", "sngan")),
)
PARTS = (
    *("losses.lsgan.LeastSquares", "losses.base.Loss", "regularizers.clip.Clip", "games.adversarial.Adversarial"),
    *("models.mlp.Generator", "models.dcgan.Discriminator", "models.autoencoder.FullyConnected", "data.mnist.load"),
    *("metrics.modes.Modes", "reporting.csv_log.Csv", "data.processes.begin", "data.encoded.files.open_picture"),
    *("data.encoded.vision.open_set", "data.hwdb.render", "data.resize.resize", "data.processes.os._exit", ""),
)
TARGETS = (*(f"gan_runner.{part}" for part in PARTS), "os.system", "torch.optim.LBFGS", "torch.optim.Optimizer")
LARGE = (2**31, 2**63, -(2**63) - 1, 10**400)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.sampled_from(LARGE)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(TARGETS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("_target_", "a", "norm")), inner, max_size=2)
    ),
    max_leaves=4,
)
SLOW = {("data", "count"), ("trainer", "compile")}
"""Settings of which a legal value may take minutes."""


def places(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every node of a config below the root."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if (*path, key) not in SLOW:
            yield (*path, key)
            yield from places(value, (*path, key))


@pytest.fixture
def little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """4 GiB more memory at most, and an empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 2**32, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def outcome(config: dict[str, Any]) -> str:
    """Build what the config describes, and return the sentence that refuses it; any other exception is a failure."""
    try:
        assemble(config, design(config)).stream.close()
    except (UsageError, TrainingFailedError) as refusal:
        return str(refusal)
    except (RuntimeError, MemoryError) as error:
        failure = out_of_memory(error, config)
        if failure is None:
            raise
        return str(failure)
    return ""


@pytest.mark.fuzz
@pytest.mark.fault(21)
@settings(max_examples=25)
@given(recipe=st.sampled_from(RECIPES), data=st.data())
def test_whatever_a_config_holds_it_is_built_or_refused_in_one_line(
    compose_config: Any, little_memory: None, recipe: tuple[str, ...], data: st.DataObject
) -> None:
    config = copy.deepcopy(compose_config(*recipe, "device=cpu", "threads=1", "trainer.batch_size=8"))
    for _ in range(data.draw(st.integers(1, 3))):
        *above, key = data.draw(st.sampled_from([*places(config)]))
        node = config
        for step in above:
            node = node[step]
        kind = data.draw(st.sampled_from(("replace", "replace", "replace", "remove", "add")))
        if kind == "remove":
            del node[key]
        else:
            node[key if kind == "replace" else data.draw(st.sampled_from(("a", "_target_", "norm", "flip")))] = (
                data.draw(values)
            )
    assert "\n" not in outcome(config)
