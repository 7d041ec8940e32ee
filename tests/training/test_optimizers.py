"""Lean optimizers are torch's own to the last bit, and a run that compiles nothing never loads the compiler."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import Optimizer

from gan_runner.build import build
from gan_runner.training.optimizers import METHODS, lean

OPTIM = sorted(path.stem for path in (Path(__file__).parents[2] / "conf" / "optim").glob("*.yaml"))
TINY = ("data=gaussian_mixture", "data.count=64", "trainer=smoke", "metric=none", "logger=none")


def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))


def train(module: nn.Module, optimizer: Optimizer, steps: int, seed: int = 1) -> None:
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        optimizer.zero_grad()
        module(torch.randn(16, 4, generator=generator)).square().mean().backward()
        optimizer.step()


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif torch.is_tensor(one):
        assert torch.equal(one, other)
    else:
        assert one == other


def both(kind: type[Optimizer], **settings: Any) -> list[tuple[nn.Module, Optimizer]]:
    """A network with the lean optimizer, and the same network with torch's."""
    pairs = []
    for made in (lean(kind), kind):
        module = network()
        pairs.append((module, made(module.parameters(), **settings)))
    return pairs


@pytest.mark.parametrize("name", OPTIM)
def test_five_steps_are_torchs_to_the_last_bit_and_states_go_both_ways(compose_config: Any, name: str) -> None:
    node = dict(compose_config(f"optim={name}")["optim"])
    kind, overlay = getattr(torch.optim, node.pop("_target_").rpartition(".")[2]), node.pop("generator")
    del node["discriminator"]
    (ours, optimizer), (theirs, stock) = both(kind, **node | overlay)
    assert type(optimizer) is not kind
    for module, it in ((ours, optimizer), (theirs, stock)):
        train(module, it, 5)
    assert_same(optimizer.state_dict(), stock.state_dict())
    assert_same(ours.state_dict(), theirs.state_dict())
    states = [optimizer.state_dict(), stock.state_dict()]
    optimizer.load_state_dict(states[1])
    stock.load_state_dict(states[0])
    for module, it in ((ours, optimizer), (theirs, stock)):
        train(module, it, 2, seed=2)
    assert_same(optimizer.state_dict(), stock.state_dict())
    assert_same(ours.state_dict(), theirs.state_dict())


def test_a_run_trains_with_lean_optimizers(compose_config: Any) -> None:
    optimizers = build(compose_config(*TINY, "optim=adamw")).engine.optimizers
    assert {type(it) for it in optimizers.values()} == {lean(torch.optim.AdamW)}


def test_hooks_and_closures_work_as_in_torch() -> None:
    seen: list[str] = []
    for module, optimizer in both(torch.optim.SGD, lr=0.1):
        optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
        optimizer.register_step_post_hook(lambda *_: seen.append("after"))
        inputs = torch.ones(2, 4)

        def closure(module: nn.Module = module, inputs: torch.Tensor = inputs) -> float:
            loss = module(inputs).square().sum()
            loss.backward()
            seen.append("loss")
            return loss.item()

        assert optimizer.step(closure) > 0
    assert seen == ["before", "loss", "after"] * 2


def test_a_differentiable_step_can_be_differentiated() -> None:
    gradients = []
    for made in (lean(torch.optim.SGD), torch.optim.SGD):
        start = torch.ones(3, requires_grad=True)
        weight = start.clone()
        weight.retain_grad()
        weight.grad = 2 * start
        made([weight], lr=0.1, differentiable=True).step()
        gradients.append(*torch.autograd.grad(weight.sum(), start))
    assert torch.allclose(gradients[0], torch.full((3,), 0.8))
    assert torch.equal(*gradients)


def test_what_is_wrapped_otherwise_or_not_torchs_is_left_as_it_is() -> None:
    bare = dict.fromkeys(METHODS, lambda *_: None)
    otherwise = type("Otherwise", (torch.optim.SGD,), bare | {"__module__": "torch.optim.otherwise"})
    foreign = type("Foreign", (torch.optim.SGD,), {"__module__": "somewhere.else"})
    for kind in (otherwise, foreign, network):
        assert lean(kind) is kind


@pytest.mark.parametrize("reg", ["none", "gp", "[r1,spectral]"])
def test_a_run_never_loads_the_compiler(tmp_path: Path, reg: str) -> None:
    program = (
        "import sys\nfrom gan_runner.cli.train import main\n"
        "try:\n    main()\nfinally:\n    print('loaded' if 'torch._dynamo' in sys.modules else 'spared')\n"
    )
    command = [sys.executable, "-c", program, *TINY, f"reg={reg}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "spared"
