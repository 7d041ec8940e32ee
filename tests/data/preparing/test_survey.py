from typing import Any

import numpy as np
import pytest

from gan_runner.data.picture_set import PictureSet
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.preparing.survey import SHOWN, survey


def test_a_survey_tells_what_preparing_would_make(numbers: Any) -> None:
    told: list[tuple[int, int]] = []
    found = survey(numbers(150, bad=(3, 77), lost=2), Recipe(4), lambda what, *at: told.append(at), jobs=1)
    assert found.recipe.channels == 1
    assert found.pictures == 148
    assert [one.where for one in found.broken] == ["index", "number 3", "number 77"]
    assert dict(found.labels) == {0: 75, 1: 73}
    assert sum(found.sizes.values()) == 148
    assert len(found.shown) in (SHOWN - 2, SHOWN - 1, SHOWN)
    assert all(one.shape == (1, 4, 4) and one.dtype == np.uint8 for one in found.shown)
    assert told[-1] == (150, 150)


def test_a_colour_after_the_first_pictures_is_told(numbers: Any) -> None:
    found = survey(numbers(100, coloured=(90,)), Recipe(4), lambda *_: None, jobs=1)
    assert (found.recipe.channels, found.coloured) == (1, "number 90")


@pytest.mark.parametrize(("coloured", "channels"), [((), 1), ((5,), 3)])
def test_the_outline_is_the_set_without_its_pixels(numbers: Any, coloured: tuple[int, ...], channels: int) -> None:
    pictures = PictureSet("numbers", (numbers(20, bad=(1,), coloured=coloured),), Recipe(4))
    outline = pictures.outline()
    assert tuple(outline.samples.shape) == (20, channels, 4, 4)
    assert outline.samples.device.type == "meta"
    assert outline.classes == ("even", "odd")
    assert not pictures.is_prepared
    unlabelled = PictureSet("numbers", (numbers(20, classes=()),), Recipe(4, 3)).outline()
    assert unlabelled.labels is None
