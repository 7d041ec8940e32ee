"""What every Hydra command shares: where the config lies, the resolvers it uses, and how errors reach a person.

Nothing here imports torch, so help, completion and config checks answer at once.
"""

import contextlib
import gc
import logging
import os
import re
import signal
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gan_runner.cli.explain import explain
from gan_runner.errors import TrainingFailedError, UsageError, plain
from gan_runner.training.stop import WATCHED

CONFIG = "config"
"""Name of the config that gan-train composes, but for --config-name."""
FULL_ERROR = "HYDRA_FULL_ERROR"
BEFORE_TRAINING = "training had not begun; pictures already prepared are kept, and the same command goes on with them"
LONGEST_NAME = 120
"""Characters of a folder's name; file systems allow 255 bytes, and other words may come around it."""


def conf_dir() -> Path:
    """Return the folder of the config groups: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


@cache
def run_id() -> str:
    """Return eight characters that no other process shares: two runs of one second get two folders."""
    return uuid.uuid4().hex[:8]


def label(name: str | None, choices: Mapping[str, Any]) -> str:
    """Return the folder a run is filed under: its name, or data-arch-loss-optim."""
    return slug(name or "-".join(str(choices.get(group)) for group in ("data", "arch", "loss", "optim")))


def sweep_folder(folder: str | None, name: str | None, stamp: str) -> str:
    """Return the folder of a sweep: ``folder`` if one is given, else one under outputs/sweeps by name or date."""
    return folder or f"outputs/sweeps/{slug(name or stamp)}"


def slug(text: str) -> str:
    """Return ``text`` as one readable folder name."""
    return re.sub(r"[^\w=.,+@-]+", "_", text).strip("_")[:LONGEST_NAME] or "_"


def register_resolvers() -> None:
    """Register the ``${gan...}`` resolvers of config.yaml."""
    OmegaConf.register_new_resolver("gan.label", label, replace=True)
    OmegaConf.register_new_resolver("gan.slug", slug, replace=True)
    OmegaConf.register_new_resolver("gan.sweep", sweep_folder, replace=True)
    OmegaConf.register_new_resolver("gan.id", run_id, replace=True)


class Ended(BaseException):
    """Carries an error past Hydra, which would print lines of its own about any ordinary exception."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Stopped(KeyboardInterrupt):
    """A signal other than Ctrl-C's has asked to stop; what cleans up after Ctrl-C does so after it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Import torch inside: what is imported lasts, so Python's search for garbage is to pass it over, now and later.

    Looking through torch's objects takes 0.15 s while it is imported, and then 0.1 s at any moment of the training.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def guarded(command: Callable[[], None], config: str = "config", stopped: str = BEFORE_TRAINING) -> int:
    """Run ``command`` and return the exit code, with any error told in one line (or in full: HYDRA_FULL_ERROR=1).

    ``config`` is the name of the config that it composes; ``stopped`` is what to say after Ctrl-C, SIGTERM and the
    like, wherever the command does not see to them itself.
    """
    full = os.environ.get(FULL_ERROR) == "1"
    logging.getLogger("torch").setLevel(logging.WARNING)  # what it counts is no part of our last words
    os.environ[FULL_ERROR] = "1"  # Hydra is to raise, not to print and exit 1: the words and codes are ours
    try:
        with _signals_raised():
            try:
                command()
            except Ended as ended:
                raise ended.error from ended.error.__cause__
    except (UsageError, TrainingFailedError) as error:
        return _fail(str(error), error.exit_code, full)
    except (HydraException, OmegaConfBaseException) as error:  # before OSError, which some of them are as well
        return _fail(explain(error, sys.argv[1:], conf_dir(), config), UsageError.exit_code, full)
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _fail(f"{error.filename or 'file system'}: {error.strerror or error}", UsageError.exit_code, full)
    except KeyboardInterrupt as error:
        return _fail(f"stopped; {stopped}", 128 + getattr(error, "number", signal.SIGINT), full)
    except Exception as error:
        if not _of_hydras_making(error):
            raise  # a fault of ours
        return _fail(explain(error, sys.argv[1:], conf_dir(), config), UsageError.exit_code, full)
    return 0


def answer(help_text: str, command: Callable[[Sequence[str]], None], config: str = "config", stopped: str = "") -> None:
    """Be the entry point of a command: print its help, or run it on the words typed, and end with the exit code."""
    arguments = sys.argv[1:]
    if not arguments or {"-h", "--help"} & set(arguments):
        print(help_text, end="")
        sys.exit(0 if arguments else UsageError.exit_code)
    sys.exit(guarded(lambda: command(arguments), config, stopped))


def _of_hydras_making(error: Exception) -> bool:
    """Return whether Hydra or OmegaConf raised the error, over what was typed: they assert and trip over it, too."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).partition(".")[0] in ("hydra", "omegaconf", "antlr4")


@contextlib.contextmanager
def _signals_raised() -> Iterator[None]:
    """Raise `Stopped` where a signal to stop arrives; Ctrl-C is raised by Python itself."""

    def receive(number: int, frame: FrameType | None) -> None:
        if os.getpid() == owner:  # a forked process inherits the handler; stopping is its parent's business
            raise Stopped(number)

    owner = os.getpid()
    others = [number for number in WATCHED if signal.getsignal(number) is signal.SIG_DFL]
    for number in others:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number in others:
            signal.signal(number, signal.SIG_DFL)


def _fail(message: str, code: int, full: bool) -> int:
    if full:
        raise
    print(f"gan_runner: {plain(message)}", file=sys.stderr)
    return code
