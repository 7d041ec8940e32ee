import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_runner.compare.comparison import compare
from gan_runner.compare.results import fell_apart
from gan_runner.compare.verdict import problems, verdict
from gan_runner.errors import UsageError

WriteRun = Callable[..., Path]


def test_final_and_best_are_told_apart_and_the_final_ranks(run_folder: WriteRun, tmp_path: Path) -> None:
    for seed, (calm, wild) in enumerate([((20, 9, 8), (4, 3, 30)), ((20, 11, 10), (6, 5, 34))]):
        run_folder(f"calm{seed}", seed=seed, fids=calm)
        run_folder(f"wild{seed}", seed=seed, fids=wild, loss="gan")
    first, second = compare([tmp_path]).ranking.rows
    assert (first.group.name, second.group.name) == ("loss=lsgan", "loss=gan")
    assert first.finals == (8.0, 10.0)
    assert first.final is not None
    assert (first.final.mean, first.final.error) == (9.0, pytest.approx(1.0))
    assert (second.bests, second.best_steps, second.finals) == ((3.0, 5.0), (200, 200), (30.0, 34.0))
    assert len(second.fell_apart) == 2
    assert not first.fell_apart
    sentences = " ".join(verdict(compare([tmp_path]).ranking, ["loss"], []))
    assert "Best by final fid (lower is better): loss=lsgan, 9.0 ± 1.0 (2 seeds)." in sentences
    assert "By best checkpoint loss=gan would lead (4.0 ± 1.0, against 9.0 ± 1.0); it ended at 32.0 ± 2.0." in sentences
    assert "2 ended far worse than at their best" in sentences


def test_how_sure_is_decided_by_the_interval_of_the_difference(run_folder: WriteRun, tmp_path: Path) -> None:
    for seed, jitter in enumerate((0.0, 0.1, 0.2)):
        run_folder(f"a{seed}", seed=seed, fids=(5 + jitter,))
        run_folder(f"b{seed}", seed=seed, fids=(9 + jitter,), loss="gan")
        run_folder(f"c{seed}", seed=seed, fids=(5 + 40 * jitter,), loss="wgan")
    # b - a: 4, equal variances 0.01, standard error sqrt(0.02 / 3), 4 degrees of freedom: t = 2.776445
    half = 2.776445 * math.sqrt(0.02 / 3)
    sure = " ".join(verdict(compare([*tmp_path.glob("runs/[ab]*")]).ranking, ["loss"], []))
    assert f"more than its seeds explain, 4 (95 % interval {4 - half:.3g} to {4 + half:.3g}, Welch)" in sure
    unsure = " ".join(verdict(compare([*tmp_path.glob("runs/[ac]*")]).ranking, ["loss"], []))
    assert "these seeds do not decide between the two" in unsure


def test_one_seed_decides_nothing(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("a")
    run_folder("b", loss="gan", fids=(50.0,))
    assert "One seed decides nothing" in " ".join(verdict(compare([tmp_path]).ranking, ["loss"], []))


def test_the_best_group_of_another_loss_is_told_where_one_loss_holds_both_first_places(
    run_folder: WriteRun, tmp_path: Path
) -> None:
    run_folder("a", fids=(5.0,))
    run_folder("b", fids=(6.0,), config={"optim": {"lr": 0.01}})
    run_folder("c", fids=(9.0,), loss="gan")
    comparison = compare([tmp_path])
    told = " ".join(verdict(comparison.ranking, comparison.keys, []))
    assert "Best with another loss: loss=gan optim.lr=0.001, 9 (1 seed)." in told


def test_a_failed_run_counts_as_no_success_and_is_not_in_the_final_mean(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("good", seed=0)
    run_folder("bad", seed=1, status="failed", error="diverged at step 200", step=200, fids=(7.0, 8.0))
    (row,) = compare([tmp_path]).ranking.rows
    assert row.finals == (5.0,)
    assert sorted(row.bests) == [5.0, 7.0]
    assert (row.successes, len(row.group.runs)) == (1, 2)
    assert row.interval == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert [(run.seed, told) for run, told in problems([row])] == [
        (1, ["failed at step 200 of 200: diverged at step 200"])
    ]


def test_a_run_that_failed_before_its_first_number_still_counts(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("good", seed=0)
    early = run_folder("early", seed=1, status="failed", error="out of memory", step=0, final=None)
    (early / "metrics.jsonl").unlink()
    (row,) = compare([tmp_path]).ranking.rows
    assert (row.successes, len(row.group.runs), row.finals) == (1, 2, (5.0,))


def test_a_final_value_that_is_not_finite_is_none(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("nan", fids=(5.0, None))
    ranking = compare([tmp_path]).ranking
    assert ranking.rows[0].final is None
    assert ranking.rows[0].bests == (5.0,)
    assert verdict(ranking, [], []) == ["No run ended with a finite fid: there is nothing to rank."]


def test_success_is_the_metrics_goal_unless_a_condition_is_given(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("a", final={"fid": 5.0, "classes": 10.0})
    run_folder("b", seed=1, final={"fid": 4.0, "classes": 9.0})
    assert str(compare([tmp_path]).ranking.success) == "classes >= 10"
    assert compare([tmp_path]).ranking.rows[0].successes == 1
    assert compare([tmp_path], success="fid<=5").ranking.rows[0].successes == 2
    assert compare([tmp_path], success="fid < 5").ranking.rows[0].successes == 1
    assert compare([tmp_path], success="classes>10").ranking.rows[0].successes == 0


def test_without_a_goal_success_is_to_finish_without_an_alarm(run_folder: WriteRun, tmp_path: Path) -> None:
    metric = {"name": "classifier", "monitor": "fid", "directions": {"fid": "min"}, "goal": {}}
    run_folder("a", metric=metric)
    run_folder("b", metric=metric, seed=1, alarms=[{"step": 7, "kind": "coverage", "text": "one class is left"}])
    ranking = compare([tmp_path]).ranking
    assert ranking.rows[0].successes == 1
    assert problems(ranking.rows)[0][1] == ["collapse alarm at step 7: one class is left"]


@pytest.mark.parametrize("condition", ["fid", "fid<", "fid<low", "fid=5", "fid<nan"])
def test_a_condition_that_cannot_be_read_is_refused(run_folder: WriteRun, tmp_path: Path, condition: str) -> None:
    run_folder("a")
    with pytest.raises(UsageError, match="cannot be read"):
        compare([tmp_path], success=condition)


def test_values_that_there_are_not_are_refused_with_the_nearest(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("a")
    with pytest.raises(UsageError, match=r"metric=fidd: .*did you mean fid\?.*allowed: fid, classes"):
        compare([tmp_path], value="fidd")
    with pytest.raises(UsageError, match=r"success=clases>3: .*did you mean classes\?"):
        compare([tmp_path], success="clases>3")


def test_another_value_ranks_by_its_own_direction(run_folder: WriteRun, tmp_path: Path) -> None:
    run_folder("few", final={"fid": 1.0, "classes": 3.0})
    run_folder("many", loss="gan", final={"fid": 2.0, "classes": 8.0})
    ranking = compare([tmp_path], value="classes").ranking
    assert [row.group.name for row in ranking.rows] == ["loss=gan", "loss=lsgan"]


@pytest.mark.parametrize(
    ("first", "best", "final", "direction", "fell"),
    [
        (20, 10, 15.1, "min", True),
        (20, 10, 14.9, "min", False),
        (100, 10, 50, "min", False),  # far worse than its best, but most of what was gained is kept
        (100, 10, 60, "min", True),
        (10, 10, 16, "min", True),  # it only got worse
        (2, 10, 5.5, "max", True),
        (2, 10, 6.8, "max", False),
        (0.5, -2e-4, 1e-4, "min", False),  # noise around 0
        (0.3, 1e-5, 3e-5, "min", False),
        (0, 0, 0, "min", False),
    ],
)
def test_falling_apart_is_to_lose_a_factor_and_half_of_what_was_gained(
    first: float, best: float, final: float, direction: str, fell: bool
) -> None:
    assert fell_apart(first, best, final, direction) is fell  # type: ignore[arg-type]
