import resource
import signal
from pathlib import Path

import pytest

from gan_runner.reporting.lines import LineFile


@pytest.mark.fault(4)
def test_a_full_disk_leaves_no_torn_line_and_the_next_line_fits_on(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "a", keep=lambda _: True)
    file.append("one\n")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            file.append("a line that is longer\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    file.append("two\n")
    assert (tmp_path / "a").read_text() == "one\ntwo\n"


def test_only_newlines_divide_lines(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("a\u2028b\x0cc\r\nd\n".encode())
    seen: list[str] = []
    LineFile(path, keep=lambda line: seen.append(line) is None)
    assert seen == ["a\u2028b\x0cc\r\n", "d\n"]
    assert path.read_bytes() == "a\u2028b\x0cc\r\nd\n".encode()
