"""What the config's top level and its `trainer` may say, with their ranges."""

from dataclasses import dataclass
from typing import Literal

from gan_runner.training.guard import OnNonfinite


@dataclass(frozen=True)
class RunSettings:
    """The top level of the config: what is true of the run as a whole."""

    seed: int
    device: str
    precision: Literal["fp32", "fast", "bf16"]
    deterministic: bool
    threads: int | None
    resume: str | None
    name: str | None
    tags: tuple[str, ...]
    dry_run: bool

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed, got {self.seed}; allowed: 0 to 2^63 - 1")
        if self.threads is not None and self.threads < 1:
            raise ValueError(f"threads, got {self.threads}; allowed: 1 or more, or null for torch's choice")


@dataclass(frozen=True)
class TrainerSettings:
    """How long and in which order the players play, and how often the loop looks up from it.

    ``steps`` counts rounds (each ends with the generator's update); every ``*_every`` is in steps and 0 means never
    (the end of the run is always sampled, evaluated and saved). With ``latents="shared"`` the generator's first round
    plays on the latents (and batch) of the discriminator's last. ``ema`` is the decay of the generator's average.
    ``at_start`` samples and evaluates before the first step, too; ``patience`` is the number of evaluations in a row
    without a better one after which the run ends. ``on_nonfinite`` is what happens to an update whose loss or gradient
    is not a finite number: see `Guard`. With ``sync_batch_norm`` batch norm sees the whole batch, not a rank's share.
    """

    steps: int
    batch_size: int
    d_steps: int
    g_steps: int
    order: Literal["alternating", "simultaneous"]
    latents: Literal["fresh", "shared"]
    d_update: Literal["joint", "separate"]
    ema: float | None
    compile: bool
    log_every: int
    sample_every: int
    save_every: int
    eval_every: int
    at_start: bool
    patience: int | None
    alarm: bool
    keep: int
    on_nonfinite: OnNonfinite = "stop"
    sync_batch_norm: bool = False

    def __post_init__(self) -> None:
        for key in ("steps", "batch_size", "d_steps", "g_steps", "log_every", "keep", "patience"):
            if getattr(self, key) is not None and getattr(self, key) < 1:
                raise ValueError(f"{key}, got {getattr(self, key)}; allowed: 1 or more")
        for key in ("sample_every", "save_every", "eval_every"):
            if getattr(self, key) < 0:
                raise ValueError(f"{key}, got {getattr(self, key)}; allowed: 0 (never) or more")
        if self.ema is not None and not 0.0 <= self.ema < 1.0:
            raise ValueError(f"ema, got {self.ema}; allowed: 0 <= ema < 1, or null for no average")
        if self.order == "simultaneous" and (self.d_steps, self.g_steps, self.d_update) != (1, 1, "joint"):
            raise ValueError(
                "order, got simultaneous with d_steps, g_steps or d_update changed; allowed: simultaneous play is one "
                "joint update of each player; use order=alternating"
            )
