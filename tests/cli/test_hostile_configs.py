"""Whatever words a person, a script or a stranger's recipe hands to gan-train: a run, or one line that says why not."""

import contextlib
import io
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.cli.app import conf_dir, guarded, register_resolvers
from gan_runner.cli.explain import choices
from gan_runner.cli.train import compose
from gan_runner.folder import flatten

GROUPS = sorted(path.name for path in conf_dir().iterdir() if path.is_dir())
TARGETS = (
    *("os.system", "subprocess.Popen", "builtins.exec", "builtins.eval", "posix.system", "logging.os.system"),
    *("gan_runner.losses.os.system", "gan_runner.data.processes.os._exit", "torch.optim.sys.exit", "torch.optim."),
    *("gan_runner.data.processes.begin", "gan_runner.data.processes._end_with_parent", "gan_runner.data.hwdb.render"),
    *("gan_runner.data.encoded.vision.open_set", "gan_runner.data.encoded.files.open_picture", "torch.optim.Adam"),
    *("gan_runner.cli.train.main", "gan_runner.data..mnist.load", "gan_runner.data.mnist.load", "torch.hub.load"),
    *("gan_runner.losses.lsgan.LeastSquares", "gan_runner.models.mlp.Generator", "gan_runner.data.resize.resize"),
    *("hydra.utils.instantiate", "gan_runner.reporting.tensorboard.TensorBoard", "gan_runner.data.selection.select"),
    *("torch.optim.lr_scheduler.StepLR", "gan_runner.metrics.modes.Modes", "gan_runner.regularizers.clip.Clip"),
    *("torch.optim.LBFGS", "torch.optim.SparseAdam", "torch.optim.Optimizer", "gan_runner.losses.base.Loss"),
)
NUMBERS = (
    *("0", "-1", "1", "2", "7", "1.5", "-0.0", "1e-300", "1e309", "nan", "inf", "-inf", "0x10", "1_000", "007"),
    *("2147483648", "9223372036854775808", "-9223372036854775809", "1" + 40 * "0", "1" + 400 * "0"),
)
OTHERS = (
    *("null", "true", "off", "''", "[]", "{}", "[1,2]", "[[1]]", "{a:1}", "{_target_:os.system}", "[null]", "???"),
    *("${seed}", "${nope}", "${oc.env:HOME}", "${oc.env:NO_SUCH}", "${oc.decode:x}", "${gan.id:}", "${a:b", "${data}"),
    *("a b", "a/b", "../../x", "/dev/null", "/", "~", "$(touch harm)", "`touch harm`", ";", "a=b", "a,b", "glob(*)"),
    *(
        "choice(1,2)",
        "range(1,3)",
        "interval(0,1)",
        "'",
        '"',
        "\\",
        "int(3)",
        "é",
        "中文",
        "\u202e",
        "\udcff",
        "a\nb",
        "\t",
    ),
)
EVENTS = {"os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo"}
CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}

_watched: list[str] | None = None
_inside: tuple[str, ...] = ()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is None:
        return
    if event in EVENTS:
        _watched.append(f"{event} {arguments}")
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or event in CHANGES) and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if not path.startswith(_inside):
            _watched.append(f"{event} {path}")


sys.addaudithook(_audit)  # cannot be taken back, only told to look away


@contextlib.contextmanager
def watched(*inside: str) -> Iterator[list[str]]:
    """Give the list of what is run, fetched, or changed in the file system other than ``inside``."""
    global _watched, _inside
    _watched, _inside = [], inside
    try:
        yield _watched
    finally:
        _watched = None


def leaves() -> list[str]:
    """Return the settings of the config and of every choice of every group."""
    from omegaconf import OmegaConf

    keys = set()
    for group in GROUPS:
        for path in (conf_dir() / group).glob("*.yaml"):
            node: Any = OmegaConf.to_container(OmegaConf.load(path))
            if isinstance(node, dict):
                top = "# @package _global_" in path.read_text(encoding="utf-8")
                keys |= {key if top else f"{group}.{key}" for key, _ in flatten(node)}
    main: Any = OmegaConf.to_container(OmegaConf.load(conf_dir() / "config.yaml"))
    keys |= {key for key, _ in flatten(main) if not key.startswith(("hydra.", "defaults"))}
    return sorted(key for key in keys if "override /" not in key and not key.startswith("defaults"))


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
values = (
    st.sampled_from(NUMBERS + OTHERS) | st.sampled_from(TARGETS) | st.integers().map(str) | st.floats().map(str) | TEXT
)
HYDRA = ("hydra.launcher._target_", "hydra.sweeper._target_", "hydra.callbacks", "hydra.callbacks.x._target_")
HYDRA += (
    "hydra.job.chdir",
    "hydra.job.name",
    "hydra.output_subdir",
    "hydra.verbose",
    "hydra.searchpath",
    "hydra/launcher",
)
keys = (
    st.sampled_from(leaves())
    | st.sampled_from(
        (*GROUPS, *HYDRA, "", "=", "a.b", "seed.x", "data.data", "reg.gp", "tags.0", "name@seed", "data@_global_")
    )
    | TEXT
)
settings_words = st.tuples(st.sampled_from(("", "", "", "+", "++")), keys, values).map(
    lambda word: f"{word[0]}{word[1]}={word[2]}"
)
targets = st.tuples(
    st.sampled_from(
        ("data", "loss", "arch.generator", "arch.discriminator", "optim", "metric", "game", "+reg.x", "+logger.x")
    ),
    st.sampled_from(TARGETS),
).map(lambda pair: f"{pair[0]}._target_={pair[1]}")
groups = st.sampled_from([f"{group}={name}" for group in GROUPS for name in choices(group, [conf_dir()])])
removals = keys.map(lambda key: f"~{key}")
words = settings_words | settings_words | settings_words | targets | groups | removals | TEXT
FORBIDDEN = (
    "hydra.run",
    "hydra.sweep",
    "hydra.mode",
    "resume=",
    "device=",
    "-",
    "hydra.help",
    "hydra.runtime",
    "trainer.compile",
)


def run(typed: list[str]) -> tuple[int, str]:
    """Return the exit code and the last words of a dry run."""
    GlobalHydra.instance().clear()
    register_resolvers()
    said = io.StringIO()
    sys.argv = ["gan-train", *typed, "dry_run=true"]
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = guarded(compose)
    return code, said.getvalue()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to be in, with 4 GiB more memory at most, no network, and the process put back in the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr("gan_runner.data.encoded.vision.VisionPictures.fetch", lambda _: 1 / 0)
    for name in ("hwdb", "lsun"):
        monkeypatch.setattr(f"gan_runner.data.{name}.render", lambda *_, **__: "/no/such/folder")
    for name in ("HYDRA_FULL_ERROR", "GAN_RUNNER_COMMAND"):
        monkeypatch.setenv(name, "0")
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    assert run([])[0] == 0  # what is imported, and what that writes, is none of what is watched
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 2**32, before[1]))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.fuzz
@pytest.mark.fault(21)
@settings(max_examples=12)
@given(typed=st.lists(words.filter(lambda word: not word.lstrip("+~").startswith(FORBIDDEN)), min_size=1, max_size=4))
def test_any_words_are_a_run_or_one_line(place: Path, typed: list[str]) -> None:
    os.environ["HYDRA_FULL_ERROR"] = "0"
    with watched(str(place), os.environ["GAN_RUNNER_CACHE"], "/dev/") as done:
        code, said = run(typed)
    os.chdir(place)
    assert done == []
    assert code in (0, 1, 2)
    told = [line for line in said.splitlines() if line.startswith("gan_runner: ")]
    assert len(told) == (code != 0), said
    assert not told or said.endswith(f"{told[0]}\n"), said
