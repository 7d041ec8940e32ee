import io
import resource
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2

from gan_runner.reporting.tensorboard import TensorBoard
from gan_runner.reporting.writer import Writer


def write(folder: Path, start_step: int, steps: Iterable[int]) -> None:
    board = TensorBoard(folder, start_step)
    for step in steps:
        board.scalars(step, {"loss/generator": step + 100.0 * start_step})
    board.close()


def read(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0}).Reload()


def points(folder: Path) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in read(folder).Scalars("loss/generator")]


def test_curves_join_after_a_resume(tmp_path: Path) -> None:
    write(tmp_path, 0, range(10))
    write(tmp_path, 4, range(5, 8))
    assert points(tmp_path) == [(step, step + (400.0 if step > 4 else 0.0)) for step in range(8)]


def test_a_fresh_run_hides_an_earlier_attempt(tmp_path: Path) -> None:
    write(tmp_path, 0, range(5))
    write(tmp_path, 0, range(2))
    assert points(tmp_path) == [(0, 0.0), (1, 1.0)]


def test_events_lie_in_the_run_folder_even_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / "été 数据 loss=lsgan,lr=1e-4"
    folder.mkdir()
    write(folder, 0, range(2))
    assert [path.name.startswith("events.out.tfevents.") for path in folder.iterdir()] == [True]
    assert points(folder) == [(0, 0.0), (1, 1.0)]


def test_settings_are_a_row_of_this_run_and_of_no_other(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path, 0)
    board.scalars(1, {"metric/modes": 8.0})
    board.hparams({"loss": "lsgan", "lr": 2.0e-4, "d_steps": 5, "compile": True}, {"metric/modes": 8.0})
    board.close()
    assert [path.is_dir() for path in tmp_path.iterdir()] == [False]

    content = read(tmp_path).PluginTagToContent("hparams")
    start = plugin_data_pb2.HParamsPluginData.FromString(content["_hparams_/session_start_info"]).session_start_info
    assert start.hparams["loss"].string_value == "lsgan"
    assert start.hparams["lr"].number_value == 2.0e-4
    assert start.hparams["d_steps"].number_value == 5
    assert start.hparams["compile"].string_value == "true"
    experiment = plugin_data_pb2.HParamsPluginData.FromString(content["_hparams_/experiment"]).experiment
    assert [metric.name.tag for metric in experiment.metric_infos] == ["metric/modes"]
    assert read(tmp_path).Tags()["scalars"] == ["metric/modes"]


def test_players_share_a_chart(tmp_path: Path) -> None:
    write(tmp_path, 0, range(1))
    event = read(tmp_path).Tensors("custom_scalars__config__")[0]
    layout = layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])
    assert [category.title for category in layout.category] == ["players"]
    charts = {chart.title: list(chart.multiline.tag) for chart in layout.category[0].chart}
    assert charts["loss"] == ["loss/generator$", "loss/discriminator$"]
    assert charts["scores"] == ["score/real$", "score/fake$"]
    assert set(charts) == {"loss", "scores", "gradient norm"}


def test_pictures_and_text_come_back(tmp_path: Path) -> None:
    picture = torch.arange(2 * 3 * 3, dtype=torch.uint8).reshape(3, 2, 3)
    grey = torch.tensor([[[0, 255]]], dtype=torch.uint8)
    board = TensorBoard(tmp_path, 0)
    board.image(5, "samples", picture)
    board.image(5, "real", grey)
    board.text(0, "config", "```yaml\nseed: 0\n```")
    board.close()
    events = read(tmp_path)
    (event,) = events.Images("samples")
    assert event.step == 5
    pixels = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(pixels, picture.permute(1, 2, 0).numpy())
    assert Image.open(io.BytesIO(events.Images("real")[0].encoded_image_string)).getpixel((1, 0)) == (255, 255, 255)
    assert events.Tensors("config/text_summary")[0].tensor_proto.string_val[0] == b"```yaml\nseed: 0\n```"


@pytest.mark.fault(15)
@pytest.mark.parametrize("ahead", [0, 3600])
def test_curves_join_in_the_same_second_and_when_the_clock_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    now = time.time()
    monkeypatch.setattr("gan_runner.reporting.tensorboard.time.time", lambda: now + ahead)
    write(tmp_path, 0, range(10))
    monkeypatch.setattr("gan_runner.reporting.tensorboard.time.time", lambda: now)
    write(tmp_path, 4, range(5, 8))
    write(tmp_path, 7, range(8, 9))
    assert [step for step, _ in points(tmp_path)] == list(range(9))


def test_each_call_is_on_the_disk_at_once(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path, 0)
    board.scalars(1, {"loss/generator": 2.0})
    assert points(tmp_path) == [(1, 2.0)]
    board.close()


@pytest.mark.fault(29)
def test_a_full_disk_costs_the_curve_and_one_warning(tmp_path: Path, warnings_logged: list[str]) -> None:
    writer = Writer([TensorBoard(tmp_path, 0)])
    (path,) = tmp_path.iterdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 1000, before[1]))
    try:
        for step in range(100):
            writer.scalars(step, {"loss/generator": float(step)})
        writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert len(warnings_logged) == 1
    assert "File too large" in warnings_logged[0]
    assert 5 < len(points(tmp_path)) < 50


@pytest.mark.fault(29)
def test_a_removed_folder_never_reaches_the_training(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    writer = Writer([TensorBoard(folder, 0)])
    shutil.rmtree(folder)
    for step in range(40):
        writer.scalars(step, {"a": 1.0})
    writer.close()
