from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import torch

from gan_runner.construct import call, construct, convert
from gan_runner.errors import UsageError


@dataclass
class Part:
    rate: float
    count: int = 1
    kind: Literal["plain", "fancy"] = "plain"
    sizes: Sequence[int] = ()
    betas: tuple[float, float] = (0.5, 0.9)
    limit: int | None = None
    flag: bool = False
    shape: tuple[int, ...] = ()
    channels: Literal[1, 3] | None = None

    def __post_init__(self) -> None:
        if self.rate < 0:
            raise ValueError(f"rate, got {self.rate}; allowed: 0 or more")


def build(**settings: Any) -> Part:
    part = call(Part, settings, "part", shape=(1, 2), elsewhere=3)
    assert isinstance(part, Part)
    return part


def test_values_arrive_as_their_annotations_say() -> None:
    part = build(rate=1, count=2.0, kind="fancy", sizes=[3, 4], betas=[0, 1], limit=None, flag=True)
    assert part == Part(1.0, 2, "fancy", (3, 4), (0.0, 1.0), None, True, (1, 2))
    assert isinstance(part.rate, float)
    assert isinstance(part.count, int)
    assert repr(build(rate=1, channels=3.0).channels) == "3"


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("rate", "fast", "a number"),
        ("rate", True, "a number"),
        ("rate", None, "a number"),
        ("rate", float("nan"), "a number"),
        ("rate", float("inf"), "a number"),
        ("count", 1.5, "a whole number"),
        ("count", [1], "a whole number"),
        ("count", float("inf"), "a whole number"),
        ("count", float("nan"), "a whole number"),
        ("kind", "fany", "one of plain, fancy (did you mean fancy?)"),
        ("sizes", 3, "a list"),
        ("sizes", ["a"], "a whole number"),
        ("betas", [1.0], "a list of 2 values"),
        ("limit", "x", "a whole number or null"),
        ("flag", "yes", "true or false"),
        ("flag", 1, "true or false"),
        ("channels", True, "one of 1, 3"),
        ("channels", 2, "one of 1, 3"),
        ("channels", "1", "one of 1, 3"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_its_key(key: str, value: Any, allowed: str) -> None:
    with pytest.raises(UsageError) as caught:
        build(**{"rate": 1.0, key: value})
    message = str(caught.value)
    assert message.startswith(f"part.{key}: got {value!r}; allowed: ")
    assert allowed in message
    assert "\n" not in message


def test_an_unknown_key_names_its_neighbour_and_the_rest() -> None:
    with pytest.raises(UsageError, match=r"part\.rat: no such setting \(did you mean rate\?\); allowed: rate, count"):
        build(rate=1.0, rat=2)


def test_what_the_data_decide_cannot_be_set() -> None:
    with pytest.raises(UsageError, match=r"part\.shape: is taken from the data"):
        build(rate=1.0, shape=[5])


def test_a_range_error_gets_its_place() -> None:
    with pytest.raises(UsageError, match=r"^part: rate, got -1\.0; allowed: 0 or more$"):
        build(rate=-1)


def test_torch_optimizers_check_too() -> None:
    weights = [torch.nn.Parameter(torch.ones(1))]
    node = {"_target_": "torch.optim.Adam", "lr": 1e-3, "betas": [0, 0.9]}
    assert construct(node, "optim", params=weights).defaults["betas"] == (0.0, 0.9)
    with pytest.raises(UsageError, match=r"optim\.momentum: no such setting"):
        construct(node | {"momentum": 0.9}, "optim", params=weights)
    with pytest.raises(UsageError, match=r"optim: Invalid learning rate: -1"):
        construct(node | {"lr": -1}, "optim", params=weights)
    with pytest.raises(UsageError, match=r"optim\.lr: got 'high'"):
        construct(node | {"lr": "high"}, "optim", params=weights)


@pytest.mark.fault(21)
@pytest.mark.parametrize(
    "target", ["os.system", "builtins.eval", "subprocess.run", "gan_runnerx.losses.evil", "torch.load", 3]
)
def test_nothing_outside_the_allowlist_is_called(target: Any) -> None:
    with pytest.raises(UsageError, match="may not be used"):
        construct({"_target_": target, "command": "true"}, "loss")


@pytest.mark.fault(21)
def test_nothing_reachable_through_our_own_modules_is_called() -> None:
    with pytest.raises(UsageError, match="is not there"):
        construct({"_target_": "gan_runner.reporting.runfile.subprocess.run"}, "loss")
    with pytest.raises(UsageError, match="not a class or function of that package"):
        construct({"_target_": "gan_runner.data.source.dataclass"}, "loss")
    with pytest.raises(UsageError, match="may not be used"):
        construct({"_target_": "gan_runner.construct.locate", "path": "x", "where": "y"}, "loss")


def test_the_environment_may_extend_the_allowlist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_RUNNER_ALLOW", "fractions")
    assert construct({"_target_": "fractions.Fraction", "numerator": 3}, "loss") == 3


def test_a_target_that_is_gone_is_named() -> None:
    with pytest.raises(UsageError, match=r"loss\._target_: 'gan_runner\.losses\.nope\.Nope' is not there"):
        construct({"_target_": "gan_runner.losses.nope.Nope"}, "loss")


def test_no_annotation_accepts_anything() -> None:
    assert convert([1, "a"], Any) == [1, "a"]


@pytest.mark.parametrize("node", [None, 3, "word", ["a"], {}])
def test_what_is_no_choice_is_a_sentence(node: Any) -> None:
    with pytest.raises(UsageError, match="loss: names no class"):
        construct(node, "loss")
