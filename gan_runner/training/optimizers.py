"""torch's optimizers without torch's compiler, which takes a second to import and has no part in their arithmetic."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer

METHODS = ("add_param_group", "load_state_dict", "state_dict", "zero_grad", "step")
"""What torch 2 wraps so that a compiled training step could call it; a call of any of them imports the compiler."""


@functools.cache
def lean(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return the optimizer class ``kind`` with those of its `METHODS` unwrapped that import ``torch._dynamo``.

    The arithmetic, the hooks and the state dict are torch's own. What lies beneath the wrappers is told by what their
    code imports; a torch that wraps otherwise gets its class back as it is, and so does whatever is not torch's.
    """
    if not isinstance(kind, type) or not issubclass(kind, Optimizer) or not kind.__module__.startswith("torch.optim."):
        return kind
    beneath = {name: _beneath(getattr(kind, name)) for name in METHODS}
    methods = {name: method for name, method in beneath.items() if method is not None}
    if "step" in methods:
        methods["step"] = _without_grad(methods["step"])
    return type(kind.__name__, (kind,), methods) if methods else kind


def _beneath(method: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return the function under the innermost wrapper that imports the compiler, None if there is none such."""
    found = None
    while wrapped := getattr(method, "__wrapped__", None):
        if "torch._dynamo" in method.__code__.co_names:
            found = wrapped
        method = wrapped
    return found


def _without_grad(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``step`` with gradients recorded only if the optimizer is to be ``differentiable``: the wrapper's work."""

    @functools.wraps(step)
    def inner(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return step(self, *args, **kwargs)

    return inner
