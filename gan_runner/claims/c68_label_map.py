"""C68, training: A learned label map serves where one-hot vectors are too big, and characters follow their label."""

from statistics import fmean

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.hwdb_nets import by_class, left_out_accuracy, named, weights
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import estimate
from gan_runner.data.hwdb import load
from gan_runner.trained import Trained

CLASSES, STEPS, LOOKS, EACH = 3740, 2000, 4, 10
WORDS = (
    *("arch.generator.width=16", "arch.discriminator.width=16"),
    *("arch.generator.label_dim=32", "arch.discriminator.label_dim=32"),
    *("logger=none", "trainer.sample_every=0", "trainer.log_every=50"),
    *(f"trainer.save_every={STEPS // LOOKS}", f"trainer.keep={LOOKS}"),
)


def _measure(bench: Bench) -> Numbers:
    count = weights(CLASSES)
    numbers: Numbers = {"seeds": bench.seeds} | {f"weights, {name}": value for name, value in count.items()}
    numbers |= {f"weights, {name} / map": value / count["map"] for name, value in count.items() if name != "map"}
    runs = bench.sweep("lsgan_hwdb", WORDS, STEPS)
    source = load().source(lambda *_: None)
    assert isinstance(source.samples, Tensor)
    assert source.labels is not None
    real = by_class(source.samples, source.labels)
    curves = [[[bench.steps(STEPS), 0.0]] if run.failed else _curve(run, real.mean(1)) for run in runs]
    ends, before = ([curve[max(place, -len(curve))][1] for curve in curves] for place in (-1, -2))
    numbers |= {"mean label accuracy": fmean(ends), "label accuracy": str(estimate(ends))}
    numbers |= {"rise in the last quarter": fmean(ends) - fmean(before)}
    return numbers | {"label accuracy of real pictures": left_out_accuracy(real), "curves": curves}


def _curve(run: Run, templates: Tensor) -> list[list[float]]:
    """Return step and label accuracy at each of a run's checkpoints."""
    labels = torch.arange(len(templates)).repeat_interleave(EACH)
    curve: list[list[float]] = []
    for path in sorted((run.folder / "checkpoints").glob("[0-9]*.pt")):
        trained = Trained(path, device="cpu")
        pictures = trained.sample(len(labels), labels=labels).flatten(1)
        curve.append([trained.step, float((named(pictures, templates) == labels).float().mean())])
    return curve


def _decide(numbers: Numbers) -> Word:
    ratio, accuracy = numbers["weights, one-hot / map"], numbers["mean label accuracy"]
    if ratio <= 5 or (accuracy < 0.4 and numbers["rise in the last quarter"] < 0.05):
        return "refuted"
    return "confirmed" if accuracy > 0.8 else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"{numbers['weights, one-hot / map']:.3g} times the weights without the map; label accuracy "
        f"{numbers['label accuracy']}"
    )


def _say(numbers: Numbers) -> str:
    millions = {name: numbers[f"weights, {name}"] / 1e6 for name in ("map", "one-hot", "one-hot, maps kept")}
    steps = sorted({step for curve in numbers["curves"] for step, _ in curve})
    told = ", ".join(
        f"{fmean(right for curve in numbers['curves'] for at, right in curve if at == step):.2f} at {step:g}"
        for step in steps
    )
    return (
        f"At {CLASSES:,} classes the nets have {millions['map']:.3g} million weights with the map and "
        f"{millions['one-hot']:.3g} million with the one-hot vector in its place, "
        f"{numbers['weights, one-hot / map']:.3g} times as many, since in their program the discriminator's maps grow "
        f"with the label; were those kept as they are, {millions['one-hot, maps kept']:.3g} million, "
        f"{numbers['weights, one-hot, maps kept / map']:.2g} times. Of the small nets' pictures "
        f"{numbers['label accuracy']} are nearest to the character asked for (mean of {numbers['seeds']} seeds; by "
        f"step {told}), of real ones {numbers['label accuracy of real pictures']:.2f}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for number, curve in enumerate(numbers["curves"]):
        steps, right = zip(*curve, strict=True)
        name = "generated, a line a seed" if number == 0 else None
        axes.plot(steps, right, label=name, marker="o", markersize=4, **line(0, linewidth=1, alpha=0.8))
    axes.axhline(numbers["label accuracy of real pictures"], label="real, writer left out", **line(1))
    axes.axhline(0.8, color="#A0A0A0", linewidth=1, label="demanded at the end")
    axes.axhline(0.01, label="chance", **line(2))
    axes.set(ylim=(-0.02, 1.02), xlim=(0, None), xlabel="training step", ylabel="share nearest to its character")
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), columnspacing=1, fontsize=9)


CLAIM = Claim(
    source=f"{sources.LSGAN}, on handwritten Chinese characters, and its code",
    method="The weights of generator and discriminator of the paper's code (our arch lsgan_hwdb) are counted for 3,740 "
    "classes: with its learned map of 256 numbers, and with the one-hot vector in the map's place, its program being "
    "left as it is; there two layers of the discriminator have as many maps more as the label has numbers. (That the "
    "ratio is 2.7 if they have not was worked out before the run; it is told, and does not count.) "
    "Trained are the nets with width 16 for 64 and a map of 32, recipe lsgan_hwdb, on our drawn stand-in for HWDB: 100 "
    "characters by 40 writers, 2,000 steps of 64. Ten pictures of each character count as "
    "right if of the 100 characters' mean real pictures that of their own has the largest correlation with them; real "
    "ones are named so, too, each by the means of the other 39 writers (correlation names 0.895 of these rightly, the "
    "Euclidean distance 0.885, so it was taken).",
    rule="Confirmed if the nets have more than 5 times the weights with the one-hot vector, their program being left "
    "as it is, and the label accuracy at the end is above 0.8, mean over seeds; refuted if the weights are no more "
    "than 5 times as many, or the accuracy is below 0.4 and has risen by less than 0.05 in the last quarter; otherwise "
    "undecided.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=900,
)
