"""From a composed config to the objects of one run. Below this file nobody sees a config."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from torch.optim import Optimizer

from gan_runner.construct import call, checked, construct, takes
from gan_runner.data.picture_set import PictureSet, Report
from gan_runner.data.prepared import PreparedSet
from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.errors import UsageError
from gan_runner.games.base import Game
from gan_runner.games.packing import packed_shape
from gan_runner.games.prior import Prior
from gan_runner.games.sampling import batch_norms
from gan_runner.metrics.base import Metric
from gan_runner.regularizers.base import Regularizer
from gan_runner.training.compiled import compiled_play
from gan_runner.training.device import Precision, configure, pick_device
from gan_runner.training.engine import Engine, Play
from gan_runner.training.seed import derive, isolated_rng, seed_everything
from gan_runner.training.settings import RunSettings, TrainerSettings
from gan_runner.types import Shape

Config = Mapping[str, Any]
Data = Source | PictureSet | PreparedSet
STREAM_KEYS = ("shuffle", "flip")
GROUPS = ("data", "arch", "game", "loss", "reg", "optim", "metric", "trainer", "logger")


def unseen(what: str, done: int, total: int) -> None:
    """Show nothing of what takes its time."""


@dataclass(frozen=True)
class Parts:
    """Everything a run needs, ready to train from step 0 with the random state it starts from."""

    run: RunSettings
    trainer: TrainerSettings
    device: torch.device
    source: Source
    stream: Stream
    game: Game
    engine: Engine
    metric: Metric | None


def build(config: Config, report: Report = unseen) -> Parts:
    """Build all parts of the run that ``config`` (plain containers, interpolations resolved) describes.

    Raises UsageError, in one sentence, for values out of range, for combinations that cannot work and for data that
    is missing or damaged; nothing has been written by then.
    """
    missing = [key for key in (*RunSettings.__dataclass_fields__, *GROUPS) if key not in config]
    if missing:
        raise UsageError(f"{missing[0]}: is missing from the config; it cannot be left out")
    run = call(RunSettings, {key: config[key] for key in RunSettings.__dataclass_fields__}, "")
    trainer = call(TrainerSettings, config["trainer"], "trainer")
    device = pick_device(run.device)
    configure(device, run.precision, run.deterministic, run.threads)

    loss = construct(config["loss"], "loss")
    regularizers = {name: construct(node, f"reg.{name}") for name, node in config["reg"].items()}
    arch = resolve_norms(config["arch"], regularizers)
    metric = construct(config["metric"], "metric") if config["metric"].get("_target_") else None
    source = load_source(config["data"], report)
    if metric is not None:
        metric.check(source)
    shuffle, flip = (checked(config["data"].get(key, key == "shuffle"), bool, f"data.{key}") for key in STREAM_KEYS)
    stream = Stream(source, trainer.batch_size, derive(run.seed, "data"), device, shuffle, flip)

    seed_everything(derive(run.seed, "weights"))
    prior = call(Prior, arch["latent"], "arch.latent")
    classes = len(source.classes)
    generator, *others = build_networks(config["game"], arch, prior, source.shape, classes, trainer.batch_size)
    for discriminator in others:
        refuse_batch_norm(discriminator, regularizers)
    if trainer.batch_size == 1 and any(batch_norms(network) for network in (generator, *others)):
        raise UsageError(
            "trainer.batch_size=1 with batch norm: one sample has no spread to be normalised by; use 2 or more, or "
            "arch.generator.norm=layer arch.discriminator.norm=layer"
        )
    game: Game = construct(
        config["game"],
        "game",
        generator=generator,
        **({"discriminator": others[0]} if others else {}),
        loss=loss,
        regularizers=regularizers,
        prior=prior,
        classes=classes,
        d_update=trainer.d_update,
        sampling=checked(arch.get("sampling"), Literal["running", "batch"], "arch.sampling"),
    )
    game.networks.to(device)
    game.networks.to(memory_format=torch.channels_last)  # convolutions 1.0 to 1.6 times faster on a CPU, none slower
    optimizers = build_optimizers(config["optim"], game)
    seed_everything(derive(run.seed, "training"))
    engine = Engine(game, optimizers, trainer, run.precision, compile_play(trainer, run.precision, game, stream))
    return Parts(run, trainer, device, source, stream, game, engine, metric)


def build_networks(
    game: Config, arch: Config, prior: Prior, shape: Shape, classes: int, batch_size: int
) -> list[nn.Module]:
    """Return the generator and, if the game has one, the discriminator; each takes the facts it has a parameter for."""
    generator = construct(
        arch["generator"], "arch.generator", latent_dim=prior.codes.total, shape=shape, classes=classes
    )
    if not takes(game, "discriminator", "game"):
        return [generator]
    if arch["discriminator"] is None:
        raise UsageError(
            "arch.discriminator: this arch is a generator alone, and the game needs a discriminator; "
            "use another arch, or loss=gmmn, which plays without one"
        )
    packing = checked(game.get("packing", 1), int, "game.packing")
    if packing > 1 and batch_size % packing:
        raise UsageError(f"game.packing={packing} with trainer.batch_size={batch_size}; use a multiple of {packing}")
    seen = packed_shape(shape, max(packing, 1))
    return [generator, construct(arch["discriminator"], "arch.discriminator", shape=seen, classes=classes)]


def load_data(node: Config) -> Data:
    """Return what the data choice stands for; ``shuffle`` and ``flip`` beside its settings belong to the stream."""
    data: Data = construct({key: value for key, value in node.items() if key not in STREAM_KEYS}, "data")
    return data


def load_source(node: Config, report: Report = unseen) -> Source:
    """Return the data, its pictures decoded first if that was not done yet."""
    data = load_data(node)
    return data if isinstance(data, Source) else data.source(report)


def resolve_norms(arch: Config, regularizers: Mapping[str, Regularizer]) -> dict[str, Any]:
    """Return ``arch`` with each ``norm: auto`` decided: batch, but layer or none where that would spoil the critic.

    A gradient penalty takes the gradient of each sample's own score; batch norm makes that score depend on the others.
    Any normalisation of the maps undoes one of the weights: it cancels whatever scale they have.
    """
    penalties = [name for name, regularizer in regularizers.items() if regularizer.per_sample]
    weights_normed = any(regularizer.normalizes_weights for regularizer in regularizers.values())
    critic = "none" if weights_normed else "layer" if penalties else "batch"
    resolved = dict(arch)
    for side, safe in (("generator", "batch"), ("discriminator", critic)):
        if arch[side] is not None and arch[side].get("norm") == "auto":
            resolved[side] = {**arch[side], "norm": safe}
    if penalties and (resolved["discriminator"] or {}).get("norm") == "batch":
        raise UsageError(
            f"arch.discriminator.norm=batch with reg={penalties[0]}: the penalty needs each sample's own gradient, "
            "which batch norm mixes with the others'; allowed: auto, layer, instance, none"
        )
    return resolved


def refuse_batch_norm(discriminator: nn.Module, regularizers: Mapping[str, Regularizer]) -> None:
    """Raise UsageError if a penalty on single samples meets a critic with batch norm built in."""
    penalties = [name for name, regularizer in regularizers.items() if regularizer.per_sample]
    if penalties and batch_norms(discriminator):
        raise UsageError(
            f"reg={penalties[0]} with a critic that has batch norm built in ({type(discriminator).__module__}): the "
            "penalty needs each sample's own gradient; use another arch, or another reg"
        )


def build_optimizers(node: Config, game: Game) -> dict[str, Optimizer]:
    """Return one optimizer a player: the common settings, overlaid with those of the player's side."""
    sides = ("generator", "discriminator")
    common = {key: value for key, value in node.items() if key not in sides}
    optimizers = {}
    for name, player in game.players.items():
        weights = [weight for network in player.networks for weight in game.networks[network].parameters()]
        settings = common | node.get(player.side, {})
        optimizers[name] = construct(settings, f"optim.{player.side}", params=weights)
    return optimizers


def compile_play(trainer: TrainerSettings, precision: Precision, game: Game, stream: Stream) -> Play | None:
    """Return the game's turns compiled if the config asks for it; the trial leaves no trace in data or randomness."""
    if not trainer.compile:
        return None
    position = stream.state_dict()
    with isolated_rng():
        play = compiled_play(game, game.draw(stream.next()), precision)
    stream.load_state_dict(position)
    return play
