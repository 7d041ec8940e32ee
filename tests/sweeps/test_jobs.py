"""What a job's folder says of it."""

from collections.abc import Callable

import pytest

from gan_runner.sweeps.jobs import Entry, Job


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        (None, "waiting"),
        ({"status": "finished", "step": 4}, "finished"),
        ({"status": "finished", "step": 2}, "waiting"),  # of a command with fewer steps
        ({"status": "finished", "step": 2, "stopped_early": "no better"}, "finished"),
        ({"status": "interrupted", "step": 4}, "waiting"),
        ({"status": "failed", "step": 4}, "waiting"),
        ({"status": "running", "step": 1}, "waiting"),
    ],
)
def test_only_a_run_that_reached_its_goal_is_finished(
    job: Callable[..., Job], write_run: Callable[..., None], fields: dict[str, object] | None, state: str
) -> None:
    one = job()
    if fields is not None:
        write_run(one.folder, **fields)
    found = Entry(one, 4)
    assert found.state == state
    assert found.is_begun() == (fields is not None)


def test_a_jobs_value_is_its_monitored_metric(job: Callable[..., Job], write_run: Callable[..., None]) -> None:
    write_run(job().folder, status="finished", step=4, metric={"monitor": "w1"}, final={"modes": 7.0, "w1": 0.25})
    assert Entry(job(), 4).value() == 0.25
    write_run(job().folder, status="finished", step=4, metric=None, final=None)
    assert Entry(job(), 4).value() is None


def test_a_killed_job_goes_on_where_its_newest_checkpoint_is(
    job: Callable[..., Job], write_run: Callable[..., None]
) -> None:
    write_run(job().folder, status="running", step=0)
    (job().folder / "checkpoints").mkdir()
    for step in (2, 3):
        (job().folder / "checkpoints" / f"{step:06d}.pt").touch()
    found = Entry(job(), 4)
    assert (found.state, found.step) == ("waiting", 3)
    found.aim(2)  # a rung below: it has been trained beyond
    assert found.state == "finished"
    found.aim(3)  # its end has not been written down
    assert found.state == "waiting"
