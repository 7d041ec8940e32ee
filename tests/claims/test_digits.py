"""What claims take from runs on digits."""

import math
from types import SimpleNamespace

from gan_runner.claims.digits import fids_and_classes


def test_a_failed_run_scores_worst() -> None:
    good = SimpleNamespace(failed=False, final={"fid": 30.0, "classes": 9.0})
    bad = SimpleNamespace(failed=True, final={})
    assert fids_and_classes([good, bad]) == ([30.0, math.inf], [9.0, 0.0])  # type: ignore[list-item]
