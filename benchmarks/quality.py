"""The fast path learns what the plain one learns: scores of both after training on the same samples and latents.

    python -m benchmarks.quality [--nets WORD...] [--steps 2000] [--seeds 3] [OVERRIDE...]

Of the nets whose names contain a word (all), gan-train's engine and the textbook's loop train from the same weights,
MNIST in place of drawn noise. A line of JSON a net and loop: the mean of each score and its standard deviation over
seeds. Overrides (precision=bf16) hold for gan-train's engine alone; the textbook's loop is fp32.
"""

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from benchmarks.agreement import engine_losses, textbook_losses
from benchmarks.loops import Textbook
from benchmarks.nets import Net, asking, chosen, copy_weights
from gan_runner.build import Parts
from gan_runner.training.evaluator import Evaluator
from gan_runner.training.sampler import sampler_of

Scores = dict[str, float]


def judged(net: Net) -> Net:
    """Return the net on data whose samples can be judged, without a running average, which the textbook has not."""
    if "data=gaussian_mixture" in net.words:
        return replace(net, words=(*net.words, "metric=modes", "trainer.ema=null"))
    kept = [word for word in net.words if word.startswith("data.size=") or not word.startswith("data")]
    return replace(net, words=("data=mnist", *kept, "metric=classifier", "trainer.ema=null"))


def plain(net: Net, parts: Parts, seed: int, steps: int) -> None:
    """Train by the textbook's loop, and let the generator of ``parts`` have what it learned."""
    book = Textbook(net, parts)
    textbook_losses(book, parts, steps, seed)
    generator = parts.game.networks["generator"]
    copy_weights(book.generator, generator)
    for ours, theirs in zip(norms(generator), norms(book.generator), strict=True):
        ours.load_state_dict(theirs.state_dict())


def norms(network: nn.Module) -> list[_BatchNorm]:
    """Return the batch norms of ``network``, in order."""
    return [module for module in network.modules() if isinstance(module, _BatchNorm)]


def score(parts: Parts) -> Scores:
    """Return what the metric says of the generator's samples."""
    assert parts.metric is not None
    evaluator = Evaluator(parts.metric, sampler_of(parts.game, None, seed=0))
    evaluator.prepare(parts.source, parts.device)
    return evaluator.evaluate()


def learned(net: Net, loop: str, seed: int, steps: int, words: Sequence[str]) -> Scores:
    """Return the scores of one run of the ``loop``."""
    if loop == "gan-train":
        parts = net.build(f"seed={seed}", *words)
        engine_losses(parts, steps, seed)
    else:
        parts = net.build(f"seed={seed}")
        plain(net, parts, seed, steps)
    parts.stream.close()
    return score(parts)


def spread(found: Sequence[Scores]) -> dict[str, list[float]]:
    """Return mean and standard deviation of each score over the runs."""
    values = {name: [scores[name] for scores in found] for name in found[0]}
    return {name: [round(statistics.fmean(v), 4), round(statistics.stdev(v), 4)] for name, v in values.items()}


def main() -> None:
    """Train, judge and print."""
    parser = asking(__doc__, steps=2000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    for net in chosen(given.nets):
        for loop in ("textbook", "gan-train"):
            found = [learned(judged(net), loop, seed, given.steps, given.words) for seed in range(given.seeds)]
            row: dict[str, Any] = {"net": net.name, "loop": loop, "steps": given.steps, "seeds": given.seeds}
            print(json.dumps(row | spread(found)), flush=True)


if __name__ == "__main__":
    main()
