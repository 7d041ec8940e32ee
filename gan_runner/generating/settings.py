"""What `gan-sample` can be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gan_runner.construct import call
from gan_runner.errors import UsageError
from gan_runner.trained import Weights

Make = Literal["grid", "classes", "interpolation", "codes", "files", "npy", "torchscript", "onnx", "safetensors"]
SAMPLES = ("grid", "files", "npy")
PICTURES = ("grid", "classes", "interpolation", "codes")
GOES_WITH = {
    "n": SAMPLES,
    "classes": ("classes", *SAMPLES),
    "truncation": (*PICTURES, "files", "npy"),
    "seed": (*PICTURES, "files", "npy"),
}
"""Which settings only some kinds of output have a use for."""
MOST_IN_A_GRID = 10_000


@dataclass(frozen=True)
class Settings:
    """The words of the command; null is what `gan-sample --help` says of each."""

    run: str | None
    make: Make
    n: int | None
    out: str | None
    checkpoint: str
    weights: Weights | None
    seed: int | None
    classes: tuple[int | str, ...] | int | str | None
    truncation: float | None
    device: str

    def __post_init__(self) -> None:
        if not self.run:
            raise ValueError("run, got nothing; give the folder of a trained run, run=outputs/NAME/DATE_TIME-ID")
        if self.out == "":
            raise ValueError("out must be a path, got nothing; leave it out, or give one")
        for key, kinds in GOES_WITH.items():
            if getattr(self, key) is not None and self.make not in kinds:
                raise ValueError(
                    f"{key}={_typed(getattr(self, key))} with make={self.make}, which has no use for it; leave it "
                    f"out, or use make={', '.join(kinds)}"
                )
        if self.n is not None and self.n < 1:
            raise ValueError(f"n, got {self.n}; allowed: 1 or more samples")
        if self.n is not None and self.n > MOST_IN_A_GRID and self.make == "grid":
            raise ValueError(
                f"n, got {self.n}; allowed: 1 to {MOST_IN_A_GRID} in one picture; use make=files or make=npy for more"
            )
        if self.classes == ():
            raise ValueError("classes, got none; leave it out for all of them, or give some, e.g. [3,7]")

    @property
    def words(self) -> list[str]:
        """What decides the output beside the run, its step and the kind, each as ``key=value``."""
        decisive = {key: getattr(self, key) for key in GOES_WITH}
        if self.weights == "raw":
            decisive["weights"] = "raw"
        return [f"{key}={_typed(value)}" for key, value in decisive.items() if value is not None]


def settled(config: Mapping[str, Any]) -> Settings:
    """Return the settings of the composed ``config``; UsageError for one missing, or of a wrong type or range."""
    if missing := Settings.__dataclass_fields__.keys() - config.keys():
        raise UsageError(f"{min(missing)}: is missing from the config; it cannot be left out")
    settings: Settings = call(Settings, config, "")
    return settings


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
