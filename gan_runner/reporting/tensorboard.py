"""TensorBoard: the same scalars, the pictures, the config and the settings, as event files in the run's folder."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_runner.reporting.writer import Backend, Scalar

if TYPE_CHECKING:
    from torch import Tensor

# Tags are regular expressions matched from the start: without the $, a player's loss would bring its terms along.
LAYOUT = {
    "players": {
        "loss": ["Multiline", ["loss/generator$", "loss/discriminator$"]],
        "scores": ["Multiline", ["score/real$", "score/fake$"]],
        "gradient norm": ["Multiline", ["grad_norm/generator$", "grad_norm/discriminator$"]],
    }
}


class TensorBoard(Backend):
    """Writes an event file straight into the run's folder, so that TensorBoard names the run by that folder.

    After a resume the curves join: the new event file tells TensorBoard to forget the steps after ``start_step``.
    By default TensorBoard shows ten pictures a tag; ``--samples_per_plugin images=200`` shows more.
    """

    def __init__(self, folder: Path, start_step: int) -> None:
        # 0.15 s over torch alone, so only a run that wants TensorBoard pays it.
        from torch.utils.tensorboard import summary

        self._summary: Any = summary
        # TensorBoard drops what has this step or a later one.
        self._file = _EventFile(folder, purge_step=start_step + 1 if start_step > 0 else 0)
        self._file.add(summary.custom_scalars(LAYOUT), 0)  # type: ignore[no-untyped-call]
        self.flush()

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Record each number under its own tag."""
        for name, value in values.items():
            self._file.add(self._summary.scalar(name, value), step)
        self.flush()

    def image(self, step: int, tag: str, picture: "Tensor") -> None:
        """Record a uint8 picture ``[C, H, W]``."""
        self._file.add(self._summary.image(tag, picture, dataformats="CHW"), step)
        self.flush()

    def text(self, step: int, tag: str, text: str) -> None:
        """Record a text in markdown."""
        self._file.add(self._summary.text(tag, text), step)
        self.flush()

    def hparams(self, settings: Mapping[str, Scalar], metrics: Mapping[str, float]) -> None:
        """Make this run a row of the HPARAMS tab; ``metrics`` are named by the scalar tags that hold their values.

        Of several calls in the life of a run TensorBoard heeds the first; the values it reads from the curves.
        """
        # torch would record a bool as the number 0 or 1.
        plain = {name: str(value).lower() if isinstance(value, bool) else value for name, value in settings.items()}
        # SummaryWriter.add_hparams would write them into a sub-folder, which TensorBoard shows as a run of its own.
        for summary in self._summary.hparams(plain, dict(metrics)):
            self._file.add(summary, 0)
        self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system; each of the methods above does so itself."""
        self._file.flush()

    def close(self) -> None:
        """Close the event file."""
        self._file.close()


class _EventFile:
    """A new event file of a run, whose name sorts after the existing ones.

    torch's SummaryWriter would take the name from the clock, which may have been set back: TensorBoard reads the files
    by name, and the old curve would hide the new one. It would also write from a thread, which prints a traceback of
    its own when the disk is full, and keep up to ten events in a queue that a kill loses.
    """

    def __init__(self, folder: Path, purge_step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog  # type: ignore[import-untyped]
        from tensorboard.summary.writer.record_writer import RecordWriter  # type: ignore[import-untyped]

        stamps = [path.name.split(".")[3] for path in folder.glob("events.out.tfevents.*")]
        newest = max((int(stamp) for stamp in stamps if stamp.isdecimal()), default=0)
        stamp = max(int(time.time()), newest + 1)
        path = folder / f"events.out.tfevents.{stamp:010d}.{socket.gethostname()}.{os.getpid()}.0"
        self._event = Event
        self._file = path.open("wb")
        self._records = RecordWriter(self._file)
        self._write(file_version="brain.Event:2")
        # Purging works only if every event file of the run starts so, the first one included.
        self._write(step=purge_step, session_log=SessionLog(status=SessionLog.START))

    def add(self, summary: object, step: int) -> None:
        self._write(summary=summary, step=step)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _write(self, **fields: object) -> None:
        self._records.write(self._event(wall_time=time.time(), **fields).SerializeToString())
