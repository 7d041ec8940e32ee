"""Successive halving, with jobs whose value at a step is known."""

import json
from collections.abc import Callable

import pytest

from gan_runner.sweeps.halving import badness, halve, rungs
from gan_runner.sweeps.jobs import Entry


class Trainer:
    """Trains at once: job n has the value n at every step, but for those in ``special``."""

    def __init__(self, entries: list[Entry], special: dict[tuple[int, int], float | None], way: str = "min") -> None:
        self.entries, self.special, self.way = entries, special, way
        self.trained: list[list[tuple[int, int]]] = []

    def __call__(self) -> bool:
        todo = [entry for entry in self.entries if entry.state == "waiting"]
        self.trained.append([(entry.job.number, entry.goal) for entry in todo])
        for entry in todo:
            folder, number = entry.job.folder, entry.job.number
            (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
            (folder / "checkpoints" / f"{entry.goal:06d}.pt").touch()
            value = self.special.get((number, entry.goal), float(number))
            with (folder / "metrics.jsonl").open("a") as file:
                file.write(json.dumps({"step": entry.goal, "metric/w1": value}) + "\n")
            metric = {"monitor": "w1", "directions": {"w1": self.way}}
            text = json.dumps({"status": "finished", "step": entry.goal, "metric": metric})
            (folder / "run.json").write_text(text)
            entry.state = "finished"
        return True


def test_how_often_jobs_can_be_cut_down() -> None:
    assert [rungs(jobs, 3) for jobs in (1, 2, 3, 8, 9, 26, 27)] == [0, 0, 1, 1, 2, 2, 3]
    assert [rungs(jobs, 2) for jobs in (1, 2, 3, 4, 9)] == [0, 1, 1, 2, 3]


def test_the_best_third_goes_on(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 90) for number in range(10)]
    trainer = Trainer(entries, {(7, 10): -1.0, (0, 30): 5.0, (1, 10): None})
    halve(entries, 3, trainer)
    assert trainer.trained == [
        [(number, 10) for number in range(10)],
        [(0, 30), (2, 30), (7, 30)],  # 7 was the best at step 10; 1 had no number
        [(2, 90)],  # 0 was the best of the three until then
    ]
    assert [one.state for one in entries] == ["dropped"] * 2 + ["finished"] + ["dropped"] * 7


def test_begun_again_it_trains_nothing_and_chooses_the_same(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 90) for number in range(10)]
    halve(entries, 3, Trainer(entries, {(7, 10): -1.0, (0, 30): 5.0}))
    again = [entry(number, 90) for number in range(10)]
    trainer = Trainer(again, {})
    halve(again, 3, trainer)
    assert trainer.trained == [[], [], []]
    assert [one.state for one in again] == [one.state for one in entries]


def test_cut_short_nothing_is_dropped(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 90) for number in range(3)]
    halve(entries, 3, lambda: False)
    assert [one.state for one in entries] == ["waiting"] * 3


def test_a_failed_job_is_never_chosen(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 9) for number in range(3)]
    trainer = Trainer(entries, {})

    def train() -> bool:
        done = trainer()
        entries[0].state = "failed"
        return done

    halve(entries, 3, train)
    assert [one.state for one in entries] == ["failed", "finished", "dropped"]


@pytest.mark.parametrize(("way", "best"), [("min", 0), ("max", 2)])
def test_which_way_is_better_is_the_metrics_to_say(entry: Callable[..., Entry], way: str, best: int) -> None:
    entries = [entry(number, 9) for number in range(3)]
    halve(entries, 3, Trainer(entries, {}, way))
    assert [one.job.number for one in entries if one.state == "finished"] == [best]


def test_a_job_without_any_file_is_worse_than_all(entry: Callable[..., Entry]) -> None:
    assert badness(entry(0)) == float("inf")


def test_cut_short_in_a_rung_those_at_its_end_are_not_finished(entry: Callable[..., Entry]) -> None:
    entries = [entry(number, 90) for number in range(3)]
    trainer = Trainer(entries, {})
    halve(entries, 3, lambda: not trainer())
    assert [one.state for one in entries] == ["stopped"] * 3


def test_more_jobs_later_do_not_drop_the_one_that_went_farthest(entry: Callable[..., Entry]) -> None:
    first = [entry(number, 8) for number in range(2)]
    halve(first, 2, Trainer(first, {(1, 4): -2.0, (1, 8): -1.0}))
    assert [one.state for one in first] == ["dropped", "finished"]
    more = [entry(number, 8) for number in range(4)]  # one more rung, at step 2, where job 1 was never looked at
    trainer = Trainer(more, {})
    halve(more, 2, trainer)
    assert trainer.trained == [[(2, 2), (3, 2)], [], []]
    assert [one.state for one in more] == ["dropped", "finished", "dropped", "dropped"]
