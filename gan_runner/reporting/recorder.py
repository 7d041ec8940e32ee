"""What the loop reports to: numbers to the writer and the progress line, pictures to samples/ and the writer."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor

from gan_runner.reporting.images import save_png
from gan_runner.reporting.progress import Progress
from gan_runner.reporting.writer import Writer

log = logging.getLogger(__name__)

Views = Callable[[], Mapping[str, Tensor]]
"""Draws the samples as they are now: uint8 pictures ``[C, H, W]`` by name, the plain samples as ``samples``."""

SHOWN = {"loss/discriminator": "D", "loss/generator": "G"}
"""What the progress line shows, and under which name."""


class RunRecorder:
    """Implements the loop's ``Recorder`` on a run's folder."""

    def __init__(
        self,
        folder: Path,
        writer: Writer,
        progress: Progress,
        views: Views,
        describe: Callable[[dict[str, float]], str],
    ) -> None:
        self._folder = folder / "samples"
        self._writer = writer
        self._progress = progress
        self._views = views
        self._describe = describe

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Write the scalars and move the progress line."""
        self._writer.scalars(step, values)
        losses = {word: values[name] for name, word in SHOWN.items() if name in values}
        self._progress.update(step, losses, values["time/images_per_second"], values["time/overhead"])

    def samples(self, step: int) -> None:
        """Draw the samples into ``samples/<step>.png``, other views into a folder each beside it, and the writer."""
        for name, picture in self._views().items():
            self._save(f"{step:06d}.png" if name == "samples" else f"{name}/{step:06d}.png", picture)
            self._writer.image(step, name, picture)

    def real(self, picture: Tensor | None) -> None:
        """Keep a picture of real samples, once, as ``samples/real.png``."""
        if picture is not None and not (self._folder / "real.png").exists():
            self._save("real.png", picture)
            self._writer.image(0, "real", picture)

    def metrics(self, step: int, values: dict[str, float]) -> None:
        """Write an evaluation's values and say them in words."""
        self._writer.scalars(step, {f"metric/{name}": value for name, value in values.items()})
        self._progress.note(f"step {step}: {self._describe(values)}", keep=True)

    def alarm(self, step: int, kind: str, text: str) -> None:
        """Say a sign of collapse in the log, and mark the step: a 1 under ``alarm/KIND`` and the sentence as text."""
        log.warning("step %d: %s", step, text)
        self._writer.scalars(step, {f"alarm/{kind}": 1.0})
        self._writer.text(step, f"alarm/{kind}", text)

    def flush(self) -> None:
        """Bring everything to the disk."""
        self._writer.flush()

    def _save(self, name: str, picture: Tensor) -> None:
        path = self._folder / name
        try:
            path.parent.mkdir(exist_ok=True)
            save_png(path, picture)
        except OSError as error:  # a picture is not worth a run
            log.warning("cannot save %s: %s", path, error)
