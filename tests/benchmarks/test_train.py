"""The benchmark of the training step: its loops train the same thing, and it says what it should. Nothing is timed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.agreement import TOLERANCE, agreement, engine_losses
from benchmarks.cost import flops
from benchmarks.loops import Bare, Switches, Textbook
from benchmarks.nets import NETS, Net

ROOT = Path(__file__).parents[2]
SMALL = ("device=cpu", "trainer.batch_size=8")
NAMES = [net.name for net in NETS]


@pytest.mark.parametrize("net", NETS, ids=NAMES)
def test_twenty_steps_of_the_fast_path_have_the_losses_of_the_plain_one(net: Net) -> None:
    assert agreement(net, *SMALL) < TOLERANCE


@pytest.mark.parametrize("word", ["trainer.order=simultaneous", "optim.discriminator.betas=[0.9,0.999]"])
def test_another_algorithm_would_not_agree(word: str) -> None:
    assert agreement(NETS[3], *SMALL, word) > 5 * TOLERANCE


@pytest.mark.parametrize("net", NETS, ids=NAMES)
def test_the_losses_that_are_compared_move(net: Net) -> None:
    losses = engine_losses(net.build(*SMALL, "optim.lr=1e-6"), 4)
    assert max(abs(now / first - 1) for now, first in zip(losses[-1], losses[0], strict=True)) > 10 * TOLERANCE


def test_operations_are_those_counted_by_hand() -> None:
    parts = NETS[0].build(*SMALL)
    generator, discriminator = 64 * 512 + 512 * 512 + 512 * 2, 2 * 512 + 512 * 512 + 512
    inner = 512 * 512  # what has to be differentiated by its input, besides: the layers after the first
    # The textbook: G once, D three times; back through G's weights and D's three times, of which once to D's input.
    forward = generator + 3 * discriminator
    backward = generator + inner + 512 * 2 + 3 * (discriminator + inner + 512) + 2 * 512
    assert flops(Textbook(NETS[0], parts).step) == 8 * 2 * (forward + backward)
    # The bare loop has no gradient for D's weights in G's turn.
    assert flops(Bare(NETS[0], parts).step) == 8 * 2 * (forward + backward - discriminator)


def test_gan_train_carries_out_the_operations_of_the_bare_loop() -> None:
    for net in NETS:
        parts = net.build(*SMALL)
        assert flops(lambda: parts.engine.step(parts.stream)) == flops(Bare(net, parts).step)  # noqa: B023


def test_switches_are_put_and_told() -> None:
    before = Switches.now()
    try:
        Switches("medium", False, True).set()
        assert Switches.now() == Switches("medium", False, True)
        Switches().set()
        assert torch.get_float32_matmul_precision() == "highest"
    finally:
        before.set()


def test_a_quick_run_writes_whole_results_and_shows_all_loops_the_same_number_of_images(tmp_path: Path) -> None:
    out = tmp_path / "new" / "quick.json"
    words = ["--quick", "--threads", "1", "--nets", "28x28", "--out", str(out)]
    command = [sys.executable, "-m", "benchmarks.train", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text())
    assert [net["name"] for net in results["nets"]] == [name for name in NAMES if "28x28" in name]
    assert len(results["nets"]) == 2
    assert {"date", "commit", "processor", "versions", "threads", "load"} <= results["made"].keys()
    assert results["made"]["threads"] == 1
    assert results["peak_gflops"] > 0
    for net in results["nets"]:
        assert net["agreement"] < TOLERANCE
        assert net["images"] == dict.fromkeys(
            ("fp32", "bf16"), dict.fromkeys(("textbook", "bare", "gan-train"), 4 * net["steps_a_turn"])
        )
        for times in net["milliseconds"].values():
            assert times.keys() == {"textbook", "bare", "gan-train"}
            assert all(len(rounds) == 1 and rounds[0] > 0 for rounds in times.values())
        assert f"| {net['name']}, 4 |" in done.stdout
