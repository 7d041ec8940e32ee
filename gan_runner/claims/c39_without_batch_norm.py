"""C39, training: without batch norm WGAN works and GAN does not; with a fully connected G GAN lacks diversity."""

from itertools import product
from statistics import median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import plain_log, strips
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.digits import QUICK, fids_and_classes
from gan_runner.compare.statistics import permutation

STEPS, CLASSES, FID, LOST = 800, 8, 60.0, 2.3
"""``LOST`` is the KL of a failed run: log 10, all of its samples in one class."""
FREE = ("arch.discriminator.norm=auto", "trainer.d_steps=5", "trainer.batch_size=32", "metric.samples=2000")
LOSSES = {
    "GAN": ("trainer.batch_size=32", "metric.samples=2000"),
    "WGAN": ("loss=wgan", "reg=clip", "optim=rmsprop_wgan", "optim.lr=2e-4", *FREE),
    "WGAN-GP": ("loss=wgan_gp", "reg=gp", "optim=adam_gp", "optim.lr=2e-4", "optim.betas=[0.5,0.9]", *FREE),
}
GENERATORS = {
    "batch norm": (),
    "no norm": ("arch.generator.norm=none", "arch.generator.growth=constant", "arch.generator.width=32"),
    "MLP": ("arch=wgan_mlp", "~arch.generator.norm", "arch.generator.width=512", "arch.generator.layers=4"),
}


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    fids, kls = {}, {}
    for (net, words), (loss, others) in product(GENERATORS.items(), LOSSES.items()):
        cell = f"{loss}, {net}"
        runs = bench.sweep("stability_digits", [*words, *others, *QUICK], STEPS)
        fids[cell], classes = fids_and_classes(runs)
        kls[cell] = [LOST if run.failed else run.final["kl"] for run in runs]
        numbers |= {
            f"seeds with digits, {cell}": sum(
                fid < FID and count >= CLASSES for fid, count in zip(fids[cell], classes, strict=True)
            ),
            f"median FID, {cell}": median(fids[cell]),
            f"median KL of classes, {cell}": median(kls[cell]),
        }
    numbers["p, GAN less diverse with the MLP"] = permutation(kls["WGAN, MLP"], kls["GAN, MLP"])
    return numbers | {"FIDs": fids, "KLs": kls}


def _decide(numbers: Numbers) -> Word:
    wgan, gan = (numbers[f"seeds with digits, {loss}, no norm"] / numbers["seeds"] for loss in ("WGAN", "GAN"))
    diverse = numbers["p, GAN less diverse with the MLP"] < 0.05
    if wgan >= 0.8 and gan <= 0.2 and diverse:
        return "confirmed"
    return "refuted" if wgan <= 0.5 or gan >= 0.8 else "undecided"


def _key(numbers: Numbers) -> str:
    told = ", ".join(f"{loss} {numbers[f'seeds with digits, {loss}, no norm']}" for loss in LOSSES)
    return (
        f"digits without norm: {told} of {numbers['seeds']} seeds; p = "
        f"{numbers['p, GAN less diverse with the MLP']:.2g}, one-sided, for GAN less diverse than WGAN with the MLP"
    )


def _say(numbers: Numbers) -> str:
    cells = ", ".join(f"{numbers[f'median FID, {cell}']:.0f} ({cell})" for cell in numbers["FIDs"])
    spread = ", ".join(f"{numbers[f'median KL of classes, {loss}, MLP']:.2g} ({loss})" for loss in LOSSES)
    normed = numbers["seeds with digits, GAN, batch norm"]
    doubt = noise = ""
    if normed <= 0.5 * numbers["seeds"]:
        doubt = " only, so that nothing is shown of what the norm does for GAN"
    if not any(numbers[f"seeds with digits, {loss}, MLP"] for loss in ("GAN", "WGAN")):
        noise = " With the MLP neither GAN nor WGAN has digits, so that the diversity is one of other pictures."
    return (
        f"After {STEPS} steps {_key(numbers)}. With batch norm GAN has digits in {normed}{doubt}.{noise} Median "
        f"FID: {cells}. Median KL of the classes with the MLP: {spread}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    told = {cell: f"{numbers[f'seeds with digits, {cell}']} of {numbers['seeds']}" for cell in numbers["FIDs"]}
    strips(axes, numbers["FIDs"], told)
    axes.axvline(FID, color="#777777", linestyle=":", linewidth=1.5)
    plain_log(axes)
    axes.set(xlabel="FID on a digit classifier's features\n(dotted: digits below)")
    axes.set_title("digits", loc="right", fontsize=9)


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN}, section 4.3",
    method="MNIST at 28 pixels instead of rooms at 64, 800 steps of the generator, batches of 32, a DCGAN critic of "
    "width 16 instead of 64. Generators: a DCGAN of width 16 with batch norm; one without, of 32 filters in every "
    "layer; four fully connected layers of 512. D and WGAN's critic keep their batch norm, WGAN-GP's has layer norm. "
    "GAN: the non-saturating loss with Adam at 2e-4. WGAN: five critic steps, clipping at 0.01, RMSProp at 2e-4 "
    "instead of 5e-5. WGAN-GP: the penalty's weight 10, Adam at 2e-4. Judged by a digit classifier on 2,000 samples.",
    rule="A seed has digits if 8 of 10 classes are covered and the FID on classifier features is below 60. Confirmed "
    "if without batch norm four of five seeds have digits with WGAN and at most one in five with GAN, and with the "
    "fully connected generator GAN's classes are farther from the data's than WGAN's (KL, exact permutation test, p < "
    "0.05). Refuted if without batch norm at most half have digits with WGAN, or four of five with GAN. WGAN-GP is "
    "told beside it and does not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=1700,
)
