"""What Hydra finds here when it looks for plugins: the launcher and the sweeper that gan_runner's ``-m`` uses.

Hydra takes them from no other package than ``hydra_plugins``, and imports this file at every start: it stays light.
"""

from collections.abc import Sequence
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class ProcessLauncher(Launcher):
    """Runs every job of a sweep in a process of its own; ``gan_runner.sweeps`` does the work."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra hands over."""
        self._context = hydra_context
        self._config = config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs and return their monitored metrics."""
        from gan_runner.sweeps.launch import launch

        return launch(self._context, self._config, job_overrides)


class RunnerSweeper(Sweeper):
    """Every combination of the values typed, at points of the ranges typed.

    Unlike Hydra's own it makes no folder: a sweep may have one already.
    """

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra hands over, and make the launcher."""
        self._context = hydra_context
        self._config = config
        self._launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Run all jobs that ``arguments`` stand for; of the values listed the last change fastest."""
        from gan_runner.sweeps.search import expand
        from gan_runner.sweeps.settings import sweep_settings

        parser = OverridesParser.create(config_loader=self._context.config_loader)
        overrides = {one.get_key_element(): one for one in parser.parse_overrides(arguments)}
        jobs = expand(list(overrides.values()), sweep_settings(self._config))
        return self._launcher.launch(jobs, initial_job_idx=0)


for _group, _class in (("hydra/launcher", ProcessLauncher), ("hydra/sweeper", RunnerSweeper)):
    _node = {"_target_": f"hydra_plugins.gan_runner_sweeps.{_class.__name__}"}
    ConfigStore.instance().store(group=_group, name="gan_runner", node=_node, provider="gan_runner")
