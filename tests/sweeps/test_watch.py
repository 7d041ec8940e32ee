"""How far a running job has come."""

from collections.abc import Callable

import pytest

from gan_runner.sweeps import watch
from gan_runner.sweeps.jobs import Entry
from gan_runner.sweeps.watch import TAIL, Watch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    return now


def test_step_metric_and_time_left_come_from_the_last_lines(
    entry: Callable[..., Entry], write_run: Callable[..., None], clock: list[float]
) -> None:
    one = entry(0, 100)
    look = Watch(one).look
    look()  # nothing there yet
    assert (one.step, one.metric, one.seconds_left) == (0, "", None)
    write_run(one.job.folder, status="running", metric={"monitor": "w1"})
    lines = one.job.folder / "metrics.jsonl"
    lines.write_text(
        '{"step": 10, "loss/generator": 1.0}\n{"step": 20, "metric/w1": 0.123456, "metric/modes": 7}\n{"st'
    )
    look()
    assert (one.step, one.metric, one.seconds_left) == (20, "w1 0.1235", None)
    clock[0] = 6.0
    with lines.open("w") as file:
        file.write('{"step": 50, "metric/w1": null}\n')
    look()
    assert (one.step, one.metric) == (50, "w1 nan")
    assert one.seconds_left == pytest.approx(10.0)  # 30 steps took 6 s, 50 are left


def test_only_the_end_of_a_long_file_is_read_and_an_evaluation_remembered(
    entry: Callable[..., Entry], write_run: Callable[..., None]
) -> None:
    one = entry(0, 10**6)
    write_run(one.job.folder, metric={"monitor": "w1"})
    lines = one.job.folder / "metrics.jsonl"
    lines.write_text('{"step": 1, "metric/w1": 0.5}\n')
    look = Watch(one).look
    look()
    with lines.open("a") as file:
        file.writelines(f'{{"step": {step}}}\n' for step in range(2, TAIL // 8))
    look()
    assert (one.step, one.metric) == (TAIL // 8 - 1, "w1 0.5")
