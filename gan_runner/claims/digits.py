"""Runs on MNIST for claims: only the end of each is judged, by the classifier of digits. What several claims share."""

from collections.abc import Sequence

from gan_runner.compare.runs import Run

QUICK = (
    *("logger=none", "metric.neighbours=0"),
    *("trainer.eval_every=0", "trainer.sample_every=0", "trainer.save_every=0", "trainer.log_every=50"),
)
"""What is left out: pictures, and all judging on the way."""


FAR = 1e4
"""The FID of a run that failed: far from everything, and a number."""


def fids_and_classes(runs: Sequence[Run]) -> tuple[list[float], list[float]]:
    """Return each run's final FID on classifier features and its classes covered; a failed one has `FAR` and 0."""
    fids = [FAR if run.failed else run.final["fid"] for run in runs]
    return fids, [0.0 if run.failed else run.final["classes"] for run in runs]
