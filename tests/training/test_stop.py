import os
import signal
import subprocess
import sys

import pytest

from gan_runner.training.stop import StopRequest


@pytest.mark.fault(5)
def test_first_signal_only_asks() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopRequest() as stop:
        assert stop.signal is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.signal == signal.SIGTERM
        assert stop.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.fault(6)
def test_second_signal_ends_at_once() -> None:
    program = (
        "import os, signal\n"
        "from gan_runner.training.stop import StopRequest\n"
        "with StopRequest():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "print('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stdout == ""


@pytest.mark.fault(5)
def test_a_forked_child_is_not_stopped_by_its_copy_of_the_handler() -> None:
    with StopRequest() as stop:
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(0 if stop.signal is None else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert stop.signal is None


@pytest.mark.fault(5)
def test_where_there_is_nothing_to_save_the_first_signal_ends_at_once() -> None:
    with StopRequest() as stop:

        def wait_for_the_signal() -> None:
            with stop.at_once():
                os.kill(os.getpid(), signal.SIGTERM)
                signal.pause()

        with pytest.raises(SystemExit) as ended:
            wait_for_the_signal()
        assert ended.value.code == 143


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopRequest() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert stop.signal is None
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.fault(5)
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_whoever_tells_it_twice_without_ctrl_c_costs_nothing(first: signal.Signals) -> None:
    with StopRequest() as stop:
        os.kill(os.getpid(), first)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.signal == first
