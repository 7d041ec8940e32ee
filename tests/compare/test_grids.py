import base64
import io
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gan_runner.compare import grids as module
from gan_runner.compare.grids import FRAMES, common_steps, grids
from gan_runner.compare.reading import read
from gan_runner.compare.runs import Run

WriteRun = Callable[..., Path]


def run_of(folder: Path) -> Run:
    run = read(folder)
    assert isinstance(run, Run)
    return run


def opened(url: str | None) -> Image.Image:
    assert url is not None
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def test_few_steps_are_chosen_evenly_and_the_last_is_among_them(run_folder: WriteRun) -> None:
    steps = common_steps([run_of(run_folder("a", fids=tuple(range(30, 0, -1)), side=8))])
    assert len(steps) == FRAMES
    assert steps[-1] == 3000
    gaps = {late - early for early, late in itertools.pairwise(steps)}
    assert gaps <= {200, 300}


def test_a_run_that_ended_early_shows_its_latest_picture(run_folder: WriteRun) -> None:
    long, short = run_of(run_folder("a", fids=(3, 2, 1))), run_of(run_folder("b", fids=(3, 2), seed=1))
    (short.folder / "samples" / "000100.png").unlink()
    pictures = grids([long, run_of(short.folder)])
    assert pictures.steps == (100, 200, 300)
    frames = pictures.frames[short.folder]
    assert frames[0] is None
    assert frames[1] == frames[2]
    assert opened(pictures.real).getpixel((0, 0)) == pytest.approx((200, 200, 200), abs=3)


def test_pictures_are_made_small_and_fit_the_budget(run_folder: WriteRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(run_folder("a", side=700))
    assert opened(grids([run]).frames[run.folder][-1]).width == 320
    monkeypatch.setattr(module, "BUDGET", 30_000)
    pictures = grids([run])
    assert sum(len(url or "") for url in pictures.frames[run.folder]) * 3 / 4 < 30_000
    assert opened(pictures.frames[run.folder][-1]).width < 320


def test_broken_pictures_are_left_out(run_folder: WriteRun) -> None:
    run = run_of(run_folder("a"))
    run.pictures[200].write_bytes(b"\x89PNG no more")
    assert [url is None for url in grids([run]).frames[run.folder]] == [False, True, False]
