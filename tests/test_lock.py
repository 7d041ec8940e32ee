import subprocess
import sys
import time
from pathlib import Path

import pytest

from gan_runner import lock

HOLD = """
import sys, time
from pathlib import Path
from gan_runner import lock
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.fault(13)
def test_a_folder_is_held_by_one_process_until_it_ends(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(BlockingIOError), lock.hold(tmp_path):
        pass
    other.kill()
    start = time.monotonic()
    with lock.hold(tmp_path, wait=True):
        assert time.monotonic() - start < 30
    assert other.wait() == -9
    other.stdout.close()
    assert not list(tmp_path.iterdir())
