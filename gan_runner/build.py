"""From a composed config to the objects of one run. Below this file nobody sees a config."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch.optim import Optimizer

from gan_runner import ranks
from gan_runner.construct import call, checked, construct, named
from gan_runner.data.picture_set import PictureSet, Report
from gan_runner.data.source import Source
from gan_runner.data.stream import Stream
from gan_runner.datachoice import (
    Config,
    at_hand,
    load_data,
    require,
    require_settings,
    stream_settings,
    unseen,
)
from gan_runner.errors import UsageError
from gan_runner.games.base import Game
from gan_runner.games.prior import Prior
from gan_runner.losses.base import Loss, SampleLoss
from gan_runner.metrics.base import Metric
from gan_runner.models.batch_norm import synchronise
from gan_runner.networks import build_networks, refuse_small_batches, refuse_uneven_shares
from gan_runner.regularizers.base import Regularizer
from gan_runner.training.compiled import compiled_play
from gan_runner.training.device import Precision, configure, pick_device
from gan_runner.training.engine import Engine, Play
from gan_runner.training.optimizers import lean
from gan_runner.training.seed import derive, isolated_rng, seed_everything
from gan_runner.training.settings import RunSettings, TrainerSettings

GROUPS = ("data", "arch", "game", "loss", "reg", "optim", "metric", "trainer", "logger")


class Objectives(NamedTuple):
    """What the players minimise: a loss on scores or samples, and the regularizers by name."""

    loss: Any
    regularizers: Mapping[str, Regularizer]


@dataclass(frozen=True)
class Design:
    """Everything about a run but its samples: settled and checked before a single picture is decoded.

    ``data`` are a PictureSet where pictures have to be decoded first; ``outline`` has their shape, classes and count,
    and is the data themselves where those are at hand.
    """

    run: RunSettings
    trainer: TrainerSettings
    device: torch.device
    data: Source | PictureSet
    outline: Source
    game: Game
    optimizers: Mapping[str, Optimizer]
    metric: Metric | None


@dataclass(frozen=True)
class Parts:
    """Everything a run needs, ready to train from step 0 with the random state it starts from.

    Whoever holds them closes the stream.
    """

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
    is missing or damaged; nothing has been written by then but pictures prepared, and those last of all.
    """
    return assemble(config, design(config), report)


def design(config: Config) -> Design:
    """Build the networks, the game and its optimizers from what is known of the data without decoding pictures."""
    require(config, tuple(RunSettings.__dataclass_fields__))
    require_groups(config)
    run = call(RunSettings, {key: config[key] for key in RunSettings.__dataclass_fields__}, "")
    trainer = call(TrainerSettings, config["trainer"], "trainer")
    device = pick_device(run.device)
    configure(device, run.precision, run.deterministic, run.threads)

    objectives = build_objectives(config)
    metric = construct(config["metric"], "metric", Metric) if config["metric"].get("_target_") else None
    data = at_hand(load_data(config["data"]))
    outline = data if isinstance(data, Source) else data.outline()
    if metric is not None:
        metric.check(outline)
    seed_everything(derive(run.seed, "weights"))
    game = build_game(config, objectives, outline, trainer)
    if trainer.sync_batch_norm and ranks.size() > 1:
        synchronise(game.networks)
    if trainer.on_nonfinite == "rollback" and ranks.size() > 1:
        raise UsageError(
            f"trainer.on_nonfinite=rollback in {ranks.size()} processes; allowed there: stop, skip; or use one process"
        )
    game.networks.to(device)
    game.networks.to(memory_format=torch.channels_last)  # convolutions 1.0 to 1.6 times faster on a CPU, none slower
    optimizers = build_optimizers(config["optim"], game)
    return Design(run, trainer, device, data, outline, game, optimizers, metric)


def require_groups(config: Config) -> None:
    """Raise UsageError unless every group, and every part of one that has settings of its own, is there as a mapping.

    Below this nobody asks again, whoever wrote the config.
    """
    require(config, GROUPS)
    for group in GROUPS:
        require_settings(config[group], group)
    arch, optim = config["arch"], config["optim"]
    require(arch, ("generator", "discriminator", "latent"), "arch.")
    for part in ("generator", "latent", *(["discriminator"] if arch["discriminator"] is not None else [])):
        require_settings(arch[part], f"arch.{part}")
    for side in {"generator", "discriminator"} & optim.keys():
        require_settings(optim[side], f"optim.{side}")


def build_objectives(config: Config) -> Objectives:
    """Build the loss and the regularizers by name, which know nothing of the data."""
    loss = construct(config["loss"], "loss", Loss | SampleLoss)
    return Objectives(loss, {name: construct(node, f"reg.{name}", Regularizer) for name, node in config["reg"].items()})


def build_game(config: Config, objectives: Objectives, outline: Source, trainer: TrainerSettings) -> Game:
    """Build the game on samples like those of ``outline``; its networks' starting weights come from the global seed."""
    loss, regularizers = objectives
    prior = call(Prior, config["arch"]["latent"], "arch.latent")
    classes = len(outline.classes)
    networks = build_networks(config, regularizers, prior.codes.total, outline.shape, classes)
    game: Game = construct(
        config["game"],
        "game",
        Game,
        **networks,
        loss=loss,
        regularizers=regularizers,
        prior=prior,
        classes=classes,
        d_update=trainer.d_update,
        sampling=checked(config["arch"].get("sampling"), Literal["running", "batch"], "arch.sampling"),
    )
    packing = config["game"].get("packing", 1)
    refuse_uneven_shares(trainer.batch_size, packing)
    refuse_small_batches(game.networks, trainer.batch_size, packing, trainer.sync_batch_norm)
    refuse_idle_settings(game, trainer)
    return game


def refuse_idle_settings(game: Game, trainer: TrainerSettings) -> None:
    """Raise UsageError for settings of a discriminator's play in a game without one."""
    plain = trainer.d_steps == 1 and trainer.d_update == "joint"
    if not plain and all(player.side == "generator" for player in game.players.values()):
        raise UsageError(
            f"trainer.d_steps={trainer.d_steps} trainer.d_update={trainer.d_update}: this game has no discriminator; "
            "leave both out, or use game=adversarial with another loss"
        )


def assemble(config: Config, made: Design, report: Report = unseen) -> Parts:
    """Return the parts of the run: its pictures decoded if that was not done yet, and a stream of them."""
    run, trainer, game = made.run, made.trainer, made.game
    source = made.data if isinstance(made.data, Source) else made.data.source(report)
    stream = Stream(
        source, trainer.batch_size, derive(run.seed, "data"), made.device, **stream_settings(config["data"])
    )
    with ExitStack() as failed:
        failed.callback(stream.close)
        seed_everything(derive(run.seed, "training"))
        play = compile_play(trainer, run.precision, game, stream)
        engine = Engine(game, made.optimizers, trainer, run.precision, play)
        failed.pop_all()
    return Parts(run, trainer, made.device, source, stream, game, engine, made.metric)


def build_optimizers(node: Config, game: Game) -> dict[str, Optimizer]:
    """Return one optimizer a player: the common settings, overlaid with those of the player's side."""
    sides = ("generator", "discriminator")
    common = {key: value for key, value in node.items() if key not in sides}
    optimizers = {}
    for name, player in game.players.items():
        weights = [weight for network in player.networks for weight in game.networks[network].parameters()]
        where = f"optim.{player.side}"
        target, settings = named(common | node.get(player.side, {}), where, Optimizer)
        optimizers[name] = call(lean(target), settings, where, params=weights)
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
