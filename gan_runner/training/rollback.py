"""Going back to the newest checkpoint, and on from there another way."""

import logging
from dataclasses import replace

from gan_runner.data.stream import Stream
from gan_runner.training.checkpoint import Checkpoints, newest
from gan_runner.training.engine import Engine
from gan_runner.training.guard import NotFiniteError
from gan_runner.training.seed import restore_rng_state, rng_state
from gan_runner.training.state import RunState, restore

MOST = 5
"""Of one run. Whatever five other ways have led to is no accident of the numbers drawn."""

log = logging.getLogger(__name__)


def roll_back(
    error: NotFiniteError, checkpoints: Checkpoints, engine: Engine, stream: Stream, state: RunState
) -> RunState:
    """Put networks, average and optimizers back to the newest whole checkpoint, and return the run's state there.

    The data's position and the random numbers are not put back: the same ones would lead to the same end. Raises
    ``error`` if there is no checkpoint, or if `MOST` rollbacks did not help.
    """
    numbered = checkpoints.numbered()
    if not numbered or state.rollbacks >= MOST:
        raise error
    _, saved = newest(numbered)
    position, random = stream.state_dict(), rng_state()
    before = restore(saved, engine, stream)
    stream.load_state_dict(position)
    restore_rng_state(random)
    count = state.rollbacks + 1
    log.warning("%s", str(error).partition(";")[0])
    log.warning("rollback %d of at most %d: on from step %d with other numbers", count, MOST, before.step)
    return replace(before, rollbacks=count, seconds=state.seconds)
