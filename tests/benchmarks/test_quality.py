"""Both loops learn the same from the same, and what they learned is judged on data that can be."""

import pytest
import torch

from benchmarks.agreement import engine_losses
from benchmarks.nets import NETS, Net
from benchmarks.quality import judged, plain, score, spread

FEW = ("trainer.batch_size=8", "optim.lr=1e-6", "device=cpu")


@pytest.mark.parametrize("net", NETS[:4], ids=[net.name for net in NETS[:4]])
def test_generators_agree_after_some_steps(net: Net) -> None:
    made = []
    for loop in ("textbook", "gan-train"):
        parts = judged(net).build(*FEW, *(() if net is NETS[0] else ("data.limit=64",)))
        start = {name: value.clone() for name, value in parts.game.networks["generator"].state_dict().items()}
        if loop == "textbook":
            plain(net, parts, 0, 3)
        else:
            engine_losses(parts, 3)
        after = parts.game.networks["generator"].state_dict()
        moved = [name for name, value in start.items() if value.is_floating_point() and not value.equal(after[name])]
        assert len(moved) > len(start) / 2
        made.append(parts.game.sample(16, torch.Generator().manual_seed(0)))
        parts.stream.close()
    assert (made[0] - made[1]).abs().max() < 1e-4


def test_samples_are_judged_and_scores_spread_over_seeds() -> None:
    parts = judged(NETS[0]).build("metric.samples=200", "metric.wasserstein_samples=64", *FEW)
    assert {"modes", "w1"} <= set(score(parts))
    assert spread([{"w1": 1.0}, {"w1": 3.0}]) == {"w1": [2.0, 1.4142]}
