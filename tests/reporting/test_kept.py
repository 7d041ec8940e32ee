from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from gan_runner.cli.resume import expand_resume
from gan_runner.errors import UsageError
from gan_runner.reporting.kept import read_kept

NAMES = ("overrides", "config", "hydra")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / ".hydra").mkdir()
    sources = [{"path": "/own", "schema": "file", "provider": "command-line"}, {"path": "/p", "provider": "main"}]
    write(tmp_path, "overrides", ["loss=wgan", "optim.generator.lr=${optim.lr}"])
    write(tmp_path, "config", {"data": {"root": "/da ta"}, "optim": {"lr": 1e-4}})
    write(tmp_path, "hydra", {"hydra": {"runtime": {"config_sources": sources}}})
    return tmp_path


def write(run: Path, name: str, content: Any) -> None:
    (run / ".hydra" / f"{name}.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(content)), encoding="utf-8")


def test_what_was_kept_comes_back_as_it_was_typed(run: Path) -> None:
    assert read_kept(run, "overrides", list) == ["loss=wgan", "optim.generator.lr=${optim.lr}"]
    words = expand_resume([f"resume={run}"])
    assert words[:2] == ["--config-dir", "/own"]
    assert words[2:5] == ["loss=wgan", "optim.generator.lr=${optim.lr}", '++data.root="/da ta"']


def test_an_empty_file_holds_nothing(run: Path) -> None:
    (run / ".hydra" / "overrides.yaml").write_text("")
    assert read_kept(run, "overrides", list) == []


@pytest.mark.parametrize("text", ["a: [1", "- 1", "a: &x [1]\nb: [*x, *x]", "\x00", "[" * 1000, "3"])
def test_what_is_no_mapping_is_named_with_its_file(run: Path, text: str) -> None:
    (run / ".hydra" / "config.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"\.hydra/config\.yaml: cannot be read \(") as caught:
        read_kept(run, "config", dict)
    assert str(caught.value).isprintable()


@pytest.mark.fault(21)
@pytest.mark.parametrize(
    "line",
    [
        *("hydra.callbacks.x._target_=os.system", "+hydra.callbacks.x._target_=os.system", "hydra/launcher=basic"),
        *("hydra@x=y", "--config-dir=/evil", "-m", "--multirun", "word", 3, None, ["a=b"], {"a": "b"}),
    ],
)
def test_a_strangers_run_cannot_set_hydra_itself(run: Path, line: Any) -> None:
    write(run, "overrides", ["loss=wgan", line])
    with pytest.raises(UsageError, match=r"overrides\.yaml has .*, which no run keeps there"):
        expand_resume([f"resume={run}"])


@pytest.mark.fuzz
@settings(max_examples=40)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_damage_to_what_a_run_keeps_is_more_than_a_sentence(
    run: Path, damage: Any, refused_at_most: Any, name: str, data: st.DataObject
) -> None:
    path = run / ".hydra" / f"{name}.yaml"
    intact = path.read_bytes()
    path.write_bytes(damage(data, intact))
    try:
        with refused_at_most():
            assert expand_resume([f"resume={run}"])[-1].startswith("hydra.run.dir=")
    finally:
        path.write_bytes(intact)
