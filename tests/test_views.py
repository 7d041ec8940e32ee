import math

import numpy as np
import torch
from torch import Tensor

from gan_runner.games.prior import Prior
from gan_runner.pictures import known_strokes
from gan_runner.reporting.captions import HEIGHT, caption
from gan_runner.reporting.images import GREY, grid
from gan_runner.reporting.sheet import sheet, stacked
from gan_runner.views import COLUMNS, ROWS, by_class, code_sweeps, interpolation


class Echo:
    """A generator whose samples are the latent, with the label in front."""

    def __init__(self, prior: Prior, classes: int = 0) -> None:
        self.prior, self.classes, self.conditional = prior, classes, classes > 0

    def draw(self, count: int) -> Tensor:
        return self.prior.draw(count, torch.device("cpu"), torch.Generator().manual_seed(5))

    def generate(self, latent: Tensor, labels: Tensor | None) -> Tensor:
        assert (labels is not None) == self.conditional
        front = torch.zeros(len(latent)) if labels is None else labels.float()
        return torch.cat([front[:, None], latent], 1)


def test_a_row_a_class_with_the_same_latents_in_each() -> None:
    names = [f"class {number}" for number in range(37)]
    rows = by_class(Echo(Prior(4), classes=37), names)
    assert rows.samples.shape == (10, COLUMNS, 5)
    chosen = rows.samples[:, 0, 0].long().tolist()
    assert chosen[0] == 0
    assert chosen[-1] == 36
    assert rows.captions == tuple(f"class {number}" for number in chosen)
    assert (rows.samples[:, :, 0] == rows.samples[:, :1, 0]).all()
    assert (rows.samples[:, :, 1:] == rows.samples[:1, :, 1:]).all()


def test_rows_of_the_classes_asked_for_in_that_order() -> None:
    rows = by_class(Echo(Prior(4), classes=3), ("a", "b", "c"), [2, 0])
    assert rows.samples[:, 0, 0].tolist() == [2, 0]
    assert rows.captions == ("c", "a")


def test_gaussian_latents_turn_on_a_great_circle_and_keep_their_codes() -> None:
    rows = interpolation(Echo(Prior(64, "normal", categorical=[3], continuous=1), classes=3)).samples
    noise = rows[:, :, 1:65]
    angles = torch.arccos(torch.cosine_similarity(noise[:, :-1], noise[:, 1:], dim=2))
    assert rows.shape == (ROWS, COLUMNS, 1 + 64 + 4)
    lengths = noise.norm(dim=2)
    assert (lengths >= torch.minimum(lengths[:, :1], lengths[:, -1:]) * 0.9).all()  # a straight line dips to 0.7
    whole = torch.arccos(torch.cosine_similarity(noise[:, 0], noise[:, -1], dim=1))
    torch.testing.assert_close(angles.sum(1), whole, rtol=1e-3, atol=0)  # in one plane, never back
    assert (angles > whole[:, None] / 18).all()
    assert (rows[:, :, 65:] == rows[:, :1, 65:]).all()
    assert rows[:, 0, 0].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


def test_uniform_latents_go_straight() -> None:
    noise = interpolation(Echo(Prior(8, "uniform"))).samples[:, :, 1:]
    steps = noise.diff(dim=1)
    torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))


def test_each_code_is_swept_alone() -> None:
    blocks = code_sweeps(Echo(Prior(3, "uniform", categorical=[4], continuous=1)))
    categorical, continuous = (block.samples[..., 1:] for block in blocks)
    assert categorical.shape == (4, 4, 8)
    assert torch.equal(categorical[:, :, 3:7], torch.eye(4).expand(4, 4, 4))
    assert (categorical[:, :, :3] == categorical[:, :1, :3]).all()
    assert (categorical[:, :, 7] == categorical[:, :1, 7]).all()
    assert torch.equal(continuous[:, :, 7], torch.linspace(-2, 2, COLUMNS).expand(4, -1))
    assert (continuous[:, :, :7] == continuous[:, :1, :7]).all()
    assert code_sweeps(Echo(Prior(3))) == []


def test_a_caption_below_every_row_or_below_all() -> None:
    rows = torch.rand(2, 3, 1, 6, 6)
    plain = grid(rows.flatten(0, 1), 0, 1, 3)
    each, last = (sheet(rows, names, 0, 1, known_strokes) for names in (["zero", "one"], ["both"]))
    assert each.shape[1] > last.shape[1] > plain.shape[1]
    assert last.shape[1] - plain.shape[1] == HEIGHT
    assert torch.equal(last[:, : plain.shape[1]], plain)
    assert torch.equal(sheet(rows, [], 0, 1, known_strokes), plain)


def test_captions_are_read_as_written() -> None:
    def ink(text: str) -> int:
        return int((caption(text, 200, known_strokes) < 128).sum())

    assert ink("") == 0
    assert ink("iiii") < ink("mmmm")
    assert ink("啊") > ink("一") > 0  # 11 strokes and 1
    assert torch.equal(caption("\U0001f600", 99, known_strokes), caption("U+1F600 ", 99, known_strokes))
    assert caption("x" * 500, 60, known_strokes).shape == (1, HEIGHT, 60)


def test_the_one_stroke_of_one_is_a_level_line() -> None:
    dark = np.argwhere(caption("一", 30, known_strokes)[0].numpy() < 128)
    (rows, columns) = np.ptp(dark, axis=0)
    assert columns > 10
    assert rows < 4


def test_sheets_of_different_widths_stand_on_grey() -> None:
    both = stacked([torch.zeros(1, 2, 3, dtype=torch.uint8), torch.zeros(1, 1, 5, dtype=torch.uint8)])
    assert both[0].tolist() == [[0, 0, 0, GREY, GREY], [0, 0, 0, GREY, GREY], [0, 0, 0, 0, 0]]
    assert math.prod(both.shape) == 15


def test_unknown_characters_have_no_strokes() -> None:
    assert known_strokes("x") is None
