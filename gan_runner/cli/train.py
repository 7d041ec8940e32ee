"""`gan-train`: compose a config and train."""

import os
import shlex
import sys
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from gan_runner.cli.app import CONFIG, Ended, conf_dir, guarded, importing, register_resolvers
from gan_runner.cli.launched import launched, refuse_sweeps
from gan_runner.cli.paths import make_absolute
from gan_runner.cli.quoting import quote_odd_values
from gan_runner.cli.resume import expand_resume
from gan_runner.errors import TrainingFailedError, UsageError
from gan_runner.training.allocator import keep_freed_memory

COMMAND = "GAN_RUNNER_COMMAND"
GROUPS = ("data", "arch", "loss", "optim")


@hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name=CONFIG)
def compose_and_train(config: DictConfig) -> float | None:
    """Train the run that the command line composed and return its monitored metric."""
    with importing():
        from gan_runner.run import Request, train  # torch takes over a second: not before it is needed

    keep_freed_memory()
    context = HydraConfig.get()
    make_absolute(config, context.runtime.cwd)
    regs = "+".join(map(str, config.get("reg", {}))) or "none"  # Hydra records no choice where a list was chosen
    request = Request(
        config=OmegaConf.to_container(config, resolve=True),  # type: ignore[arg-type]
        choices={group: str(context.runtime.choices.get(group)) for group in GROUPS} | {"reg": regs},
        files={
            "config.yaml": OmegaConf.to_yaml(config),
            "overrides.yaml": OmegaConf.to_yaml(context.overrides.task),
            "hydra.yaml": OmegaConf.to_yaml(OmegaConf.create({"hydra": context}), resolve=False),
        },
        folder=Path(context.runtime.output_dir),
        command=os.environ[COMMAND],
    )
    try:
        return train(request)
    except (UsageError, TrainingFailedError, OSError) as error:
        if context.mode == RunMode.MULTIRUN:
            raise  # the sweep goes on with its other jobs
        raise Ended(error) from error


def compose() -> None:
    """Train what the command line says."""
    os.environ[COMMAND] = shlex.join(sys.argv)  # as typed: what Hydra gets to see may be longer
    sys.argv[1:] = quote_odd_values(expand_resume(sys.argv[1:]))
    compose_and_train()


def main() -> None:
    """Entry point of the `gan-train` command."""
    register_resolvers()
    rank = launched()
    if rank is None:
        sys.exit(guarded(compose))
    try:
        code = guarded(lambda: share(rank))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # past what torch does on its way out, which may wait for processes that are no more


def share(rank: int) -> None:
    """Take the part of ``rank`` among the processes that train one run, which the first of them composes."""
    with importing():
        from gan_runner import ranks, run

    keep_freed_memory()
    refuse_sweeps(sys.argv[1:])
    with ranks.joined():
        if rank == 0:
            compose()
        else:
            run.follow()


if __name__ == "__main__":
    main()
