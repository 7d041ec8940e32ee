"""C47, training: in the post's toy WGAN is stable without balancing, and its loss falls as its pictures get better."""

from statistics import fmean, median

from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots, plain_log
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.compare.runs import Run
from gan_runner.compare.statistics import estimate, spearman

STEPS, LOOK = 8000, 200
WORDS = (
    *("loss=wgan", "~loss.slope", "reg=clip", "optim=rmsprop_wgan", "optim.lr=1e-4", "trainer.d_steps=5"),
    *("metric.samples=2000", "metric.neighbours=0", "logger=none"),
    *(f"trainer.eval_every={LOOK}", "trainer.log_every=20", "trainer.sample_every=0", "trainer.save_every=0"),
)


def _measure(bench: Bench) -> Numbers:
    runs = bench.sweep("notes_glsgan_mnist", WORDS, STEPS)
    courses = [_course(run) for run in runs]
    found = [spearman(*pair) for pair in courses]
    return {
        "seeds": bench.seeds,
        "seeds that are stable": sum(_stable(run, fids) for run, (fids, _) in zip(runs, courses, strict=True)),
        "median correlation": median(found),
        "lowest correlation": min(found),
        "highest correlation": max(found),
        "median correlation in the second half": median(
            spearman(*(values[len(values) // 2 :] for values in pair)) for pair in courses
        ),
        "FID at the end": str(estimate([fids[-1] for fids, _ in courses])),
        "courses": courses,
    }


def _course(run: Run) -> tuple[list[float], list[float]]:
    """Return the FID at each look after the start, and the mean estimate E f(x) - E f(y) since the look before."""
    looks, fids = run.curves["metric/fid"]
    steps, values = run.curves["loss/wasserstein"]
    estimates = [fmean(v for s, v in zip(steps, values, strict=True) if at - LOOK < s <= at) for at in looks if at]
    return fids[-len(estimates) :], estimates


def _stable(run: Run, fids: list[float]) -> bool:
    """Return whether the run ends about as well as it ever was, with most of the classes."""
    return not run.failed and fids[-1] <= 1.25 * min(fids) and run.final["classes"] >= 8


def _decide(numbers: Numbers) -> Word:
    stable, correlation = numbers["seeds that are stable"] / numbers["seeds"], numbers["median correlation"]
    if stable >= 0.8 and correlation > 0.6:
        return "confirmed"
    return "refuted" if stable <= 0.5 or correlation < 0.3 else "undecided"


def _key(numbers: Numbers) -> str:
    low, high = numbers["lowest correlation"], numbers["highest correlation"]
    return (
        f"{numbers['seeds that are stable']} of {numbers['seeds']} seeds stable; Spearman of estimate and FID "
        f"{numbers['median correlation']:.2f} ({low:.2f} to {high:.2f})"
    )


def _say(numbers: Numbers) -> str:
    return (
        f"{_key(numbers)}, median and range over seeds; in the second half of a run "
        f"{numbers['median correlation in the second half']:.2f}. FID at the end {numbers['FID at the end']}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for seed, (fids, estimates) in enumerate(numbers["courses"]):
        axes.plot(fids, estimates, label=f"{seed}", **dots(seed, markersize=4, alpha=0.7))
    plain_log(axes)
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set(xlabel="FID on classifier features", ylabel="estimate E f(x) - E f(y)\n(linear below 0.1)")
    axes.set_ylim(bottom=min(min(estimates) for _, estimates in numbers["courses"]) - 0.02)
    axes.legend(title="seed", loc="upper left")


CLAIM = Claim(
    source=sources.S3,
    method="The post's networks on MNIST (the recipe notes_glsgan_mnist) with WGAN's loss: five critic steps to one of "
    "the generator, weights clipped at 0.01, RMSProp at 1e-4 for both players (the post has Adam for the generator, "
    "and 100 critic steps in the first epochs), batches of 50, 8,000 steps of the generator. Every 200 steps the FID "
    "of 2,000 samples on the features of a digit classifier, and the mean of ten estimates since the look before. "
    "(First 2,000 steps were run, after which generators had hardly begun to learn, FID 66 to 107; so it was "
    "made 8,000. The rule is the same.)",
    rule="A seed is stable if it ends with an FID of at most 1.25 times its best and with 8 of 10 classes. Confirmed "
    "if four of five seeds are stable and the median over seeds of Spearman's correlation of estimate and FID is above "
    "0.6; refuted if at most half are stable, or it is below 0.3.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=1000,
)
