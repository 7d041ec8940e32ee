"""The measurements of whole commands and of a GPU start what they say and read what it writes."""

import pytest
import torch

from benchmarks import gpu, whole


def test_stepping_adds_up_the_time_between_log_lines_and_nothing_else() -> None:
    rows = [
        {"step": 20, "time/images_per_second": 640.0},  # 20 x 64 images at 640 a second: 2 s
        {"step": 20, "metric/fid": 1.0},
        {"step": 30, "time/images_per_second": 1280.0},  # 10 x 64 at 1280: 0.5 s
    ]
    assert whole.stepping(rows) == pytest.approx(2.5)


def test_a_run_is_trained_and_measured() -> None:
    words = ["data=fake", "data.count=64", "metric=none", "logger=none", "threads=1", "trainer.steps=2"]
    small = ["arch.generator.width=4", "arch.discriminator.width=4"]
    ended = whole.trained([*words, *small])
    assert 0.05 < ended.gigabytes < 4
    assert ended.seconds > 0
    assert ended.threads == 1


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="nosuch"):
        whole.trained(["data=nosuch"])


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a GPU")
def test_without_a_gpu_nothing_is_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["gpu"])
    assert gpu.main() == 2
    assert capsys.readouterr().err == "no CUDA device here: not measured\n"
