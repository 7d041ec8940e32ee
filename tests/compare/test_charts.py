import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gan_runner.compare.charts import POINTS, curves, finals, merged
from gan_runner.compare.comparison import compare
from gan_runner.compare.reading import read
from gan_runner.compare.runs import Run
from gan_runner.compare.style import STEP, STYLES, in_order

WriteRun = Callable[..., Path]


def svg_text(url: str) -> list[str]:
    head, _, data = url.partition(",")
    assert head == "data:image/svg+xml;base64"
    root = ET.fromstring(base64.b64decode(data))
    return ["".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")]


def run_of(folder: Path) -> Run:
    run = read(folder)
    assert isinstance(run, Run)
    return run


def test_seeds_are_merged_on_common_steps_and_only_where_each_has_been(run_folder: WriteRun) -> None:
    long = run_of(run_folder("a", fids=(10.0, 20.0, 30.0)))
    short = run_of(run_folder("b", seed=1, fids=(30.0, 40.0)))
    found = merged([long, short], "metric/fid")
    assert found is not None
    steps, values = found
    assert steps.tolist() == [100, 200, 300]
    np.testing.assert_array_equal(values, [[10, 20, 30], [30, 40, np.nan]])
    assert merged([long], "metric/none") is None


def test_long_curves_are_averaged_and_keep_their_mean(run_folder: WriteRun) -> None:
    run = run_of(run_folder("a"))
    noisy = np.random.default_rng(0).normal(3.0, 1.0, 120 * 50)
    run.curves["loss/long"] = (list(range(len(noisy))), noisy.tolist())  # type: ignore[index]
    found = merged([run], "loss/long")
    assert found is not None
    assert found[1].shape == (1, POINTS)
    assert abs(found[1].mean() - noisy.mean()) < 1e-9


def test_axes_say_what_they_show_in_words_and_units(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("a")
    run_folder("b", loss="$bad^{tex$")
    ranking = compare([tmp_path]).ranking
    told = svg_text(curves(ranking, ["metric/fid", "metric/$\\odd$"]))
    assert {"FID on classifier features", STEP, "loss=lsgan", "loss=$bad^{tex$"} <= set(told)
    assert any("final filled, best hollow" in line for line in svg_text(finals(ranking)))


def test_groups_are_told_apart_without_colour() -> None:
    assert len({style.dashes for style in STYLES}) == len(STYLES)
    assert len({style.marker for style in STYLES}) == len(STYLES)


def test_real_stands_before_fake_and_unknown_names_last() -> None:
    assert in_order(["score/zzz", "score/fake", "score/real"]) == ["score/real", "score/fake", "score/zzz"]
