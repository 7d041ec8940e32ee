"""All that changes while a run trains: gathered into one plain dictionary, and put back from it."""

import copy
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from gan_runner.data.stream import Stream
from gan_runner.training.engine import Engine
from gan_runner.training.seed import restore_rng_state, rng_state


@dataclass
class RunState:
    """Where a run is: steps done, wall seconds spent on them, the newest metric values and the best ones.

    ``since_best`` counts the evaluations after the best one; ``alarms`` are those told so far, ``watch`` is what the
    watch for them remembers; ``stopped_early`` says why the run ended before its last step, if it did;
    ``rollbacks`` counts how often it went back to a checkpoint because a number was not finite.
    """

    step: int = 0
    seconds: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    best_step: int | None = None
    since_best: int = 0
    alarms: list[dict[str, Any]] = field(default_factory=list)
    watch: dict[str, Any] = field(default_factory=dict)
    stopped_early: str | None = None
    rollbacks: int = 0


def capture(engine: Engine, stream: Stream, state: RunState) -> dict[str, Any]:
    """Return networks, average, optimizers, data position, every generator's state and ``state`` itself.

    All of it is copied, to the CPU's memory: training may go on while it is written.
    """
    content = {
        "networks": engine.game.networks.state_dict(),
        "average": None if engine.average is None else engine.average.state_dict(),
        "optimizers": {name: optimizer.state_dict() for name, optimizer in engine.optimizers.items()},
        "turns": dict(engine.turns),
        "skipped": engine.guard.state_dict(),
        "stream": stream.state_dict(),
        "rng": rng_state(),
        "state": asdict(state),
        "threads": torch.get_num_threads(),
    }
    copied: dict[str, Any] = _copied(content)
    return copied


def restore(saved: dict[str, Any], engine: Engine, stream: Stream) -> RunState:
    """Put everything ``capture`` gathered back where it was, and return the run's state."""
    engine.game.networks.load_state_dict(saved["networks"])
    if engine.average is not None:
        engine.average.load_state_dict(saved["average"])
    for name, optimizer in engine.optimizers.items():
        optimizer.load_state_dict(saved["optimizers"][name])
    engine.turns.update(saved["turns"])
    engine.guard.load_state_dict(saved.get("skipped", {}))
    stream.load_state_dict(saved["stream"])
    restore_rng_state(saved["rng"])
    return RunState(**saved["state"])


def is_finite(engine: Engine) -> bool:
    """Return whether every weight is a number; waits for the device once."""
    weights = [weight.detach() for weight in engine.game.networks.parameters()]
    return bool(torch.stack([weight.isfinite().all() for weight in weights]).all())


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        copied = copy.copy(value)  # keeps what torch hangs on a state_dict
        copied.update((key, _copied(one)) for key, one in value.items())
        return copied
    if isinstance(value, list | tuple):
        return type(value)(_copied(one) for one in value)
    return value
