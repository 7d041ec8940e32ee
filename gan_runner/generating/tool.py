"""From the settings of `gan-sample` to what they ask for."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.datachoice import load_data
from gan_runner.errors import UsageError
from gan_runner.generating.export import export
from gan_runner.generating.labels import numbers, shared_out
from gan_runner.generating.place import place
from gan_runner.generating.settings import Settings, settled
from gan_runner.generating.write import write_files, write_npy
from gan_runner.pictures import draw_rows, draw_samples, shown_as_grid
from gan_runner.reporting.images import save_png
from gan_runner.reporting.runfile import RunFile
from gan_runner.trained import Trained
from gan_runner.training.device import configure
from gan_runner.types import Generated
from gan_runner.views import by_class, code_sweeps, interpolation

Report = Callable[[str, int, int], None]
USUAL_COUNT = 64


def generate(config: Mapping[str, Any], report: Report) -> list[Path]:
    """Do what the composed ``config`` of gan-sample asks for and return the files and folders written.

    Raises UsageError, in one sentence, before anything is written. Sets torch's process-wide switches to those of the
    run, so that its samples come out the same to the last bit.
    """
    settings = settled(config)
    assert settings.run is not None
    trained = Trained(Path(settings.run).expanduser(), settings.checkpoint, settings.device, settings.weights)
    RunFile.settled(trained.folder)
    configure(trained.device, trained.config["precision"], trained.config["deterministic"], trained.threads)
    asked = _asked(settings, trained)
    path = place(settings, trained)
    if settings.make in ("torchscript", "onnx", "safetensors"):
        export(settings.make, trained, path)
        return [path]
    if settings.make in ("files", "npy"):
        return _written(settings, trained, asked, path, report)
    picture = _drawn(settings, trained, asked)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(path, picture)
    return [path]


def _written(settings: Settings, trained: Trained, asked: list[int] | None, path: Path, report: Report) -> list[Path]:
    """Write samples as files or as an array and return the paths."""
    count = settings.n or USUAL_COUNT
    labels = None if asked is None else shared_out(asked, count)
    batches = _counted(trained.batches(count, settings.seed, labels, settings.truncation), count, report)
    if settings.make == "npy":
        return write_npy(path, batches, (count, *trained.outline.shape))
    _require_pictures(settings, trained.outline)
    return write_files(path, batches, trained.pictures, count, trained.outline.classes)


def _asked(settings: Settings, trained: Trained) -> list[int] | None:
    """Return the labels of the classes asked for, None if no choice was made."""
    if settings.classes is None:
        return None
    if not trained.game.conditional:
        raise UsageError(f"classes: the generator of {trained.folder} is not told the class; leave classes out")
    return numbers(settings.classes, trained.outline.classes)


def _drawn(settings: Settings, trained: Trained, asked: list[int] | None) -> Tensor:
    """Return the one picture that was asked for, uint8 ``[C, H, W]``."""
    if settings.make == "grid":
        return _grid(settings, trained, asked)
    outline = trained.outline
    _require_pictures(settings, outline)
    sampler = trained.sampler(settings.seed, settings.truncation)
    if settings.make == "interpolation":
        return draw_rows(outline, [interpolation(sampler)])
    if settings.make == "classes":
        if not sampler.conditional:
            raise UsageError(f"make=classes: the generator of {trained.folder} is not told the class; use make=grid")
        return draw_rows(outline, [by_class(sampler, outline.classes, asked)])
    sweeps = code_sweeps(sampler)
    if not sweeps:
        raise UsageError(f"make=codes: the latents of {trained.folder} have no codes (loss=infogan gives them some)")
    return draw_rows(outline, sweeps)


def _grid(settings: Settings, trained: Trained, asked: list[int] | None) -> Tensor:
    """Return samples as in the run's own ``samples/``: pictures side by side, or points over the scores."""

    def sample(usual: int) -> Tensor:
        count = settings.n or usual
        labels = None if asked is None else shared_out(asked, count)
        return trained.sample(count, settings.seed, labels, settings.truncation)

    # Points are drawn beside real ones; those are computed, so they are there without any file.
    source = trained.outline if not trained.outline.is_points else load_data(trained.config["data"])
    assert isinstance(source, Source)
    drawn = draw_samples(source, sample, trained.game.scorer())
    if drawn is None:
        raise UsageError(f"make=grid: samples of shape {list(source.shape)} have no picture; use make=npy")
    return drawn


def _require_pictures(settings: Settings, outline: Source) -> None:
    if not shown_as_grid(outline):
        raise UsageError(
            f"make={settings.make}: samples of shape {list(outline.shape)} are no grey or colour pictures; use make=npy"
        )


def _counted(batches: Iterator[Generated], count: int, report: Report) -> Iterator[Generated]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch.samples)
        report("generating", done, count)
