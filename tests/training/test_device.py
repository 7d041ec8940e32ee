import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.training.device import autocast, configure, pick_device


@pytest.mark.parametrize("name", ["tpu", "cuda:x", "cpu:1", "", "cuda:"])
def test_unknown_devices_are_named(name: str) -> None:
    with pytest.raises(UsageError, match="device="):
        pick_device(name)


def test_a_device_that_is_not_there_says_how_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert pick_device("cuda:0") == torch.device("cuda:0")
    with pytest.raises(UsageError, match="shows 1 CUDA device"):
        pick_device("cuda:1")


def test_cpu_is_always_there() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type in ("cpu", "cuda", "mps")


def test_only_bf16_changes_the_arithmetic_of_a_product() -> None:
    x = torch.ones(2, 2)
    with autocast(torch.device("cpu"), "bf16"):
        assert (x @ x).dtype == torch.bfloat16
    for precision in ("fp32", "fast"):
        with autocast(torch.device("cpu"), precision):  # type: ignore[arg-type]
            assert (x @ x).dtype == torch.float32


def test_fp32_products_are_fp32_whatever_route_they_take() -> None:
    configure(torch.device("cpu"), "fp32", deterministic=False, threads=1)
    a, b = torch.randn(300, 200), torch.randn(200, 100)
    exact = a.double() @ b.double()
    assert ((a @ b).double() - exact).abs().max() / exact.abs().max() < 1e-5
    layer = torch.nn.Linear(200, 100)
    exact = a.double() @ layer.weight.double().T + layer.bias.double()
    assert (layer(a).double() - exact).abs().max() / exact.abs().max() < 1e-5


def test_determinism_is_switched_on_and_off() -> None:
    for deterministic in (True, True, False, False):
        configure(torch.device("cpu"), "fp32", deterministic, threads=1)
        assert torch.are_deterministic_algorithms_enabled() is deterministic
