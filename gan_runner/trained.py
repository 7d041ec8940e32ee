"""A trained run opened again: its generator as a checkpoint left it, without its data, ready to be sampled."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gan_runner.build import build_game, build_objectives, require_groups
from gan_runner.construct import call, checked
from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.games.latent import LatentGame
from gan_runner.pixels import to_bytes
from gan_runner.training.checkpoint import Checkpoints, contents_of, load, newest
from gan_runner.training.device import pick_device
from gan_runner.training.ema import Average
from gan_runner.training.sampler import LatentSampler
from gan_runner.training.seed import derive, isolated_rng
from gan_runner.training.settings import TrainerSettings
from gan_runner.types import Generated

Weights = Literal["average", "raw"]


class Trained:
    """The generator of a run at one of its checkpoints.

    ``run`` is a run's folder or one of its checkpoints; in a folder ``checkpoint`` is ``last``, ``best`` or a file's
    name. ``weights`` are the running average, which training itself samples, or the ``raw`` ones as they were trained;
    None is the average where there is one. ``device=None`` is the run's own.

    ``step`` is the checkpoint's, ``outline`` the data's shape, classes and scale without the data.
    """

    def __init__(
        self, run: str | Path, checkpoint: str = "last", device: str | None = "auto", weights: Weights | None = None
    ) -> None:
        self.file, saved = read_checkpoint(Path(run).expanduser(), checkpoint)
        if "facts" not in saved:
            raise UsageError(f"checkpoint {self.file} does not say what data it is of: an older gan_runner wrote it")
        beside = self.file.parent
        self.folder = beside.parent if beside.name == "checkpoints" else beside
        with contents_of(self.file):
            self.config: dict[str, Any] = dict(saved["config"])
            self._seed = int(self.config["seed"])
            self.fingerprint: str = saved["data"]
            self.threads: int = int(saved["threads"])
            self.step: int = int(saved["state"]["step"])
            self.outline = Source.from_facts(saved["facts"])
        require_groups(self.config)
        self.device = pick_device(device or checked(self.config.get("device"), str, "device"))
        trainer = call(TrainerSettings, self.config["trainer"], "trainer")
        with isolated_rng():
            game = build_game(self.config, build_objectives(self.config), self.outline, trainer)
        if not isinstance(game, LatentGame):
            raise UsageError(f"{self.file}: its game has no generator to be sampled")
        self.game = game
        self.game.networks.to(self.device)
        self.game.networks.to(memory_format=torch.channels_last)  # as in training, for the same last bits
        with contents_of(self.file):
            self.game.networks.load_state_dict(saved["networks"])
            averaged = saved["average"] is not None
        if weights == "average" and not averaged:
            raise UsageError(f"{self.file} keeps no running average (trainer.ema=null); leave weights=average out")
        self.weights: Weights = weights or ("average" if averaged else "raw")
        with contents_of(self.file):
            self._average = self._averaged(saved, trainer) if self.weights == "average" else None

    def generator(self) -> nn.Module:
        """Return the network with the weights that are sampled."""
        return (self.game.networks if self._average is None else self._average.networks)["generator"]

    def sampler(self, seed: int | None = None, truncation: float | None = None) -> LatentSampler:
        """Return what samples the generator as training does, by default from the latents of the run's own pictures."""
        if seed is not None and not 0 <= seed < 2**63:
            raise UsageError(f"seed, got {seed}; allowed: 0 to 2^63 - 1, or null for the run's own samples")
        try:
            self.game.prior.check_truncation(truncation)
        except ValueError as error:
            raise UsageError(str(error)) from error
        own = derive(self._seed, "samples")
        return LatentSampler(self.game, self._average, own if seed is None else seed, truncation)

    def sample(
        self,
        count: int,
        seed: int | None = None,
        labels: Sequence[int] | Tensor | None = None,
        truncation: float | None = None,
    ) -> Tensor:
        """Return ``[count, *shape]`` float32 samples on the CPU, scaled as the generator gives them (-1..1, mostly).

        Equal seeds give equal samples; None is the run's own seed, that of ``samples/*.png``. ``labels`` ``[count]``
        are for a generator that is told the class; None asks for every class alike. ``truncation`` keeps normal
        latents within -truncation..truncation. `pictures` turns the result into bytes.
        """
        with isolated_rng():
            return torch.cat([batch.samples.cpu() for batch in self.batches(count, seed, labels, truncation)])

    def batches(
        self,
        count: int,
        seed: int | None = None,
        labels: Sequence[int] | Tensor | None = None,
        truncation: float | None = None,
    ) -> Iterator[Generated]:
        """Yield what `sample` returns in batches of 500, with the labels asked for."""
        if count < 1:
            raise UsageError(f"n, got {count}; allowed: 1 or more samples")
        asked = None if labels is None else self._asked(torch.as_tensor(labels), count)
        return self.sampler(seed, truncation).batches(count, asked)

    def pictures(self, samples: Tensor) -> Tensor:
        """Return samples of pictures ``[N, C, H, W]`` as uint8, 0..255."""
        return to_bytes(samples, self.outline.low, self.outline.high)

    def _asked(self, labels: Tensor, count: int) -> Tensor:
        if not self.game.conditional:
            raise UsageError(f"{self.folder}: this generator is not told the class; leave labels out")
        if labels.shape != (count,):
            raise UsageError(f"labels, got {labels.numel()} of them for {count} samples; give one each")
        if labels.min() < 0 or labels.max() >= self.game.classes:
            raise UsageError(
                f"labels, got {int(labels.min())} to {int(labels.max())}; allowed: 0 to {self.game.classes - 1}"
            )
        return labels.long()

    def _averaged(self, saved: Mapping[str, Any], trainer: TrainerSettings) -> Average:
        networks = torch.nn.ModuleDict({name: self.game.networks[name] for name in self.game.averaged})
        average = Average(networks, trainer.ema or 0.0)
        average.load_state_dict(saved["average"])
        return average


def read_checkpoint(run: Path, checkpoint: str) -> tuple[Path, dict[str, Any]]:
    """Return the file that ``checkpoint`` (last, best, or a name) means in the folder ``run``, and what it holds.

    ``run`` may be a checkpoint itself. Of ``last`` a damaged newest one is passed over with a warning; UsageError if
    there is none to be read.
    """
    if run.is_file():
        return run.resolve(), load(run)
    if not run.is_dir():
        raise UsageError(f"run={run}: no such folder or file; give a run folder, e.g. outputs/NAME/DATE_TIME-ID")
    folder = run.absolute() / "checkpoints"
    numbered = Checkpoints(folder, 1).numbered()
    if not numbered:
        raise UsageError(f"run={run}: there is no checkpoint in {folder}; give the folder of a run that has saved one")
    if checkpoint == "last":
        return newest(numbered)
    if checkpoint == "best" and not (folder / "best.pt").exists():
        raise UsageError(f"checkpoint=best: {run} has no best one, as its metric was none; use checkpoint=last")
    named = folder / ("best.pt" if checkpoint == "best" else checkpoint)
    file = named if named.is_file() else Path(checkpoint)
    if not file.is_file():
        kept = ", ".join(path.name for path in numbered)
        raise UsageError(f"checkpoint={checkpoint}: no such file; allowed: last, best, {kept}, or a path")
    return file.resolve(), load(file)
