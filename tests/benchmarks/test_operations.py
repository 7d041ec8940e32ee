"""Shares of time are told by operation; which is largest is no matter of a test."""

import pytest

from benchmarks.nets import NETS
from benchmarks.operations import shares


def test_every_operation_of_a_step_has_its_share() -> None:
    found = shares(NETS[0], 1, "trainer.batch_size=4")
    assert sum(found.values()) == pytest.approx(1)
    assert {"aten::addmm", "aten::mm", "aten::leaky_relu_backward", "aten::_fused_adam_"} <= set(found)
