import pytest

from gan_runner.training.clock import Clock
from gan_runner.training.state import RunState


def test_steps_are_timed_apart_from_what_is_done_beside_them() -> None:
    now = 100.0
    state = RunState(seconds=5.0)
    clock = Clock(state, lambda: now)
    for _ in range(4):
        now += 0.5
        clock.count()
    with clock.aside():
        now += 3.0
    now += 0.5
    clock.count()
    assert clock.rate() == pytest.approx(5 / 2.5)
    assert clock.overhead() == pytest.approx(3.0 / 5.5)
    assert state.seconds == pytest.approx(5.0 + 5.5)
    now += 0.25
    clock.count()
    assert clock.rate() == pytest.approx(4.0)  # only what came after it was asked last


def test_an_error_beside_the_steps_is_counted_too() -> None:
    now = 0.0
    state = RunState()
    clock = Clock(state, lambda: now)

    def fail() -> None:
        nonlocal now
        with clock.aside():
            now += 2.0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert state.seconds == 2.0
    assert clock.overhead() == 1.0
