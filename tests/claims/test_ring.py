"""What runs on the ring count with, and how groups of them are drawn."""

from types import SimpleNamespace
from typing import cast

from matplotlib.figure import Figure

from gan_runner.claims.chart import plain_log, strips
from gan_runner.claims.ring import WORST, last
from gan_runner.compare.runs import Run


def test_a_run_that_failed_counts_as_one_that_covers_nothing() -> None:
    runs = [SimpleNamespace(failed=False, final={"w1": 0.3}), SimpleNamespace(failed=True, final={})]
    assert last(cast(list[Run], runs), "w1") == [0.3, WORST["w1"]]


def test_strips_have_a_row_a_group_from_the_top_with_its_median_and_note() -> None:
    axes = Figure().add_subplot()
    strips(axes, {"one": [1.0, 5.0, 2.0], "two": [3.0]}, {"two": "noted"})
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    *marks, bar = axes.get_lines()[:4]
    assert [list(mark.get_xdata()) for mark in marks] == [[1.0], [5.0], [2.0]]  # type: ignore[arg-type]
    assert list(bar.get_xdata()) == [2.0, 2.0]  # type: ignore[arg-type]
    assert [text.get_text() for text in axes.texts] == ["", "noted"]


def test_opened_seeds_are_rings() -> None:
    axes = Figure().add_subplot()
    strips(axes, {"one": [1.0, 5.0]}, {}, {"one": [False, True]})
    assert [mark.get_fillstyle() for mark in axes.get_lines()[:2]] == ["full", "none"]


def test_a_logarithmic_scale_is_labelled_in_plain_numbers() -> None:
    axes = Figure().add_subplot()
    axes.set_xlim(30, 70)
    plain_log(axes)
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    shown = {tick.label1.get_text() for tick in axes.xaxis.get_minor_ticks()}
    assert {"40", "60"} <= shown
