"""From a piece of config to an object: find the target, check every key and type against its signature, call it.

Hydra's own `instantiate` would call anything importable that a config names. This one calls only what the allowlist
covers, so a config from a stranger (a checkpoint, a downloaded recipe) cannot run code, and it checks before it calls,
so a wrong value is one sentence with the key's name in it.
"""

import contextlib
import importlib
import inspect
import math
import os
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, Union, get_args, get_origin

import torch

from gan_runner.errors import UsageError

PARTS = ("losses", "regularizers", "models", "data", "games", "metrics", "reporting")
ALLOWED = (*(f"gan_runner.{part}." for part in PARTS), "torch.optim.")
ALLOW_VARIABLE = "GAN_RUNNER_ALLOW"
"""Environment variable with further packages whose parts a config may name, e.g. ``mypackage,otherpackage``."""


def construct(node: Any, where: str, kind: Any = object, /, **context: Any) -> Any:
    """Call the target of ``node`` with its other keys, and with those of ``context`` that it has a parameter for.

    ``where`` is the node's place in the config, for messages; ``kind`` the type, or union of types, that belongs there:
    the target is a class of it, or a function that says it returns one, so nothing else is ever called. Raises
    UsageError if the target is not allowed, not there or of another kind, if a key is unknown, or if a value has the
    wrong type or range.
    """
    target, settings = named(node, where, kind)
    return call(target, settings, where, **context)


def named(node: Any, where: str, kind: Any = object) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the target of ``node``, which makes a ``kind``, and its other keys, unchecked. Raises as `construct`."""
    if not isinstance(node, Mapping) or node.get("_target_") is None:
        raise UsageError(
            f"{where}: names no class; a choice's file needs a line _target_: and, where it sets more than its own "
            "group, # @package _global_ on top"
        )
    target = locate(node["_target_"], where)
    if not _makes(target, kind):
        allowed = " or ".join(option.__name__ for option in get_args(kind) or (kind,))
        raise UsageError(
            f"{where}._target_: {node['_target_']!r} is none for this place; allowed: what makes a {allowed}"
        )
    return target, {key: value for key, value in node.items() if key != "_target_"}


def call(target: Callable[..., Any], settings: Mapping[str, Any], where: str, /, **context: Any) -> Any:
    """Call ``target`` with checked ``settings`` and whatever of ``context`` it has a parameter for."""
    parameters = inspect.signature(target).parameters
    hints = _hints(target)
    arguments = {key: value for key, value in context.items() if key in parameters}
    for key, value in settings.items():
        place = f"{where}.{key}".lstrip(".")
        if key not in parameters:
            known = [name for name in parameters if name not in context]
            allowed = ", ".join(known) or "none, it has no settings"
            raise UsageError(f"{place}: no such setting{_suggest(key, known)}; allowed: {allowed}")
        if key in arguments:
            raise UsageError(f"{place}: is taken from the data or another group; leave it out")
        arguments[key] = checked(value, hints.get(key, Any), place)
    try:
        return target(**arguments)
    except (ValueError, TypeError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise UsageError(f"{where}: {' '.join(str(error).split())}".removeprefix(": ")) from error


def takes(node: Mapping[str, Any], parameter: str, where: str) -> bool:
    """Return whether the target of ``node`` has a parameter of that name."""
    return parameter in inspect.signature(locate(node.get("_target_", ""), where)).parameters


def checked(value: Any, hint: Any, where: str) -> Any:
    """Return ``value`` as the annotation ``hint`` wants it, or raise UsageError with its place in the config."""
    try:
        return convert(value, hint)
    except TypeError as error:
        raise UsageError(f"{where}: got {value!r}; allowed: {error}") from error


def locate(path: str, where: str) -> Callable[..., Any]:
    """Return the class or function at ``path``, if the allowlist covers it."""
    extra = tuple(f"{name.strip()}." for name in os.environ.get(ALLOW_VARIABLE, "").split(",") if name.strip())
    if not isinstance(path, str) or not path.startswith(ALLOWED + extra):
        raise UsageError(
            f"{where}._target_: {path!r} may not be used; allowed: what is in {', '.join(ALLOWED + extra)} "
            f"(more packages through the environment variable {ALLOW_VARIABLE})"
        )
    module, _, name = path.rpartition(".")
    try:
        target = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{where}._target_: {path!r} is not there ({error})") from error
    if not callable(target) or not str(target.__module__).startswith(tuple(p.rstrip(".") for p in ALLOWED + extra)):
        raise UsageError(f"{where}._target_: {path!r} is not a class or function of that package")
    return typing.cast(Callable[..., Any], target)


def convert(value: Any, hint: Any) -> Any:
    """Return ``value`` as the annotation ``hint`` wants it, or raise TypeError saying what is allowed.

    Lists become tuples where those are asked for and whole floats become ints. Annotations that no config value could
    have (a tensor, a module) accept nothing beside their alternatives; a missing annotation accepts anything.
    """
    origin, options = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _first_that_converts(value, options)
    if origin is Literal:
        for option in options:
            with contextlib.suppress(TypeError):
                if convert(value, type(option)) == option:  # by type first: true equals 1
                    return option
        raise TypeError(f"one of {', '.join(map(str, options))}{_suggest(value, options)}")
    if origin in (tuple, list, Sequence):
        return _convert_sequence(value, origin, options)
    if hint in (None, type(None)) and value is None:
        return None
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint is int and not isinstance(value, bool) and (isinstance(value, int) or _is_whole(value)):
        return int(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number of more digits than a float can have
            if math.isfinite(value):
                return float(value)
    raise TypeError(_describe(hint))


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _makes(target: Callable[..., Any], kind: Any) -> bool:
    """Return whether calling ``target`` gives an instance of ``kind``, as far as it says what it gives."""
    made = target if inspect.isclass(target) else _hints(target).get("return", Any)
    if kind is object or made is Any:
        return True
    options = [get_origin(option) or option for option in get_args(made) or (made,)]
    return all(inspect.isclass(option) and issubclass(option, kind) for option in options)


def _first_that_converts(value: Any, options: Sequence[Any]) -> Any:
    reasons = []
    for option in options:
        try:
            return convert(value, option)
        except TypeError as error:
            reasons.append(str(error))
    raise TypeError(" or ".join(reason for reason in reasons if reason != "Tensor"))


def _convert_sequence(value: Any, origin: Any, options: Sequence[Any]) -> Any:
    if not isinstance(value, list | tuple):
        raise TypeError("a list, e.g. [1,2]")
    if origin is tuple and Ellipsis not in options and options:
        if len(value) != len(options):
            raise TypeError(f"a list of {len(options)} values")
        return tuple(convert(item, option) for item, option in zip(value, options, strict=True))
    inner = options[0] if options else Any
    items = [convert(item, inner) for item in value]
    return items if origin is list else tuple(items)


def _describe(hint: Any) -> str:
    names = {int: "a whole number", float: "a number", str: "a word", bool: "true or false", type(None): "null"}
    return names.get(hint, getattr(hint, "__name__", str(hint)))


def _hints(target: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function's or constructor's parameters; none where they cannot be evaluated."""
    function = target.__init__ if inspect.isclass(target) else target
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return {}


def _suggest(word: Any, known: Sequence[Any]) -> str:
    close = get_close_matches(str(word), [str(name) for name in known], n=1)
    return f" (did you mean {close[0]}?)" if close else ""
