"""What claims take from runs on digits."""

from types import SimpleNamespace

from gan_runner.claims.digits import FAR, fids_and_classes


def test_a_failed_run_scores_worst() -> None:
    good = SimpleNamespace(failed=False, final={"fid": 30.0, "classes": 9.0})
    bad = SimpleNamespace(failed=True, final={})
    assert fids_and_classes([good, bad]) == ([30.0, FAR], [9.0, 0.0])  # type: ignore[list-item]
