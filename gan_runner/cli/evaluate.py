"""`gan-eval`: score a trained run again."""

import os
import shlex
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser

from gan_runner.cli.app import answer, importing
from gan_runner.cli.composing import compose_words, words_and_folders
from gan_runner.cli.quoting import quote_odd_values
from gan_runner.errors import UsageError
from gan_runner.incidental import DATA_PATHS

CONFIG = "gan_eval"
OWN = ("run", "checkpoint", "weights", "device", "threads", "metric", "data")
HELP = """\
gan-eval scores a trained run again, in the same way as training did, and adds the result to the run's eval.json.

  gan-eval run=PATH                       the run's own metric on its newest checkpoint
  gan-eval run=PATH metric=wasserstein    another metric; metric.KEY=VALUE changes its settings
  gan-eval run=PATH checkpoint=best       last (default), best, or a file of the run's checkpoints

  run=PATH             a run's folder, or one of its checkpoint files
  weights=average|raw  the running average, as training samples (default), or the weights as they were trained
  device=NAME          default: the run's own; threads=N: default as many as the run had
  data.root=DIR        where the data lie now, if they have moved (also data.images, data.labels)

Examples:
  gan-eval run=outputs/RUN metric=classifier metric.samples=50000
  gan-eval run=outputs/RUN/checkpoints/004000.pt metric=mmd
"""


def main() -> None:
    """Entry point of the `gan-eval` command."""
    answer(HELP, run, CONFIG, "nothing was written")


def run(arguments: Sequence[str]) -> None:
    """Do what the command line asks for and print the values."""
    words, folders = words_and_folders("gan-eval", arguments)
    refuse_foreign(words)
    chosen = any(word.startswith("metric=") for word in words)
    apart = [] if chosen else [word for word in words if word.startswith("metric.")]  # of the run's own metric
    composed = compose_words(CONFIG, [word for word in words if word not in apart], folders)
    if not composed["run"]:
        raise UsageError("run: which run is to be scored? gan-eval run=PATH, e.g. run=outputs/NAME/DATE_TIME-ID")

    with importing():
        from gan_runner.evaluation import Request, evaluate  # torch takes over a second: not before it is needed
        from gan_runner.reporting.progress import setup_logging

    setup_logging(None)
    data = {key.partition(".")[2]: composed["data"][key.partition(".")[2]] for key in DATA_PATHS}
    request = Request(
        settings={key: composed[key] for key in ("run", "checkpoint", "weights", "device", "threads")},
        metric=composed.get("metric"),
        changes=changed(apart),
        data={key: os.path.abspath(os.path.expanduser(value)) for key, value in data.items() if value is not None},
        command=shlex.join(["gan-eval", *arguments]),
    )
    for line in evaluate(request):
        print(line)


def refuse_foreign(words: Sequence[str]) -> None:
    """Raise UsageError for a word that is no setting of gan-eval, above all for one that the run has settled."""
    for word in words:
        key = word.lstrip("+~").partition("=")[0]
        if "=" not in word:
            raise UsageError(f"gan-eval {word}: not a setting; did you mean run={word}?")
        group = key.partition(".")[0]
        if group not in OWN or key == "data":
            raise UsageError(
                f"{word}: is the run's own and stays as it was; allowed: {', '.join(OWN[:-1])}, {', '.join(DATA_PATHS)}"
            )


def changed(words: Sequence[str]) -> dict[str, Any]:
    """Return the settings of a metric that words like ``metric.samples=500`` give."""
    parser = OverridesParser.create()
    overrides = [parser.parse_override(word) for word in quote_odd_values(words)]
    return {override.key_or_group.partition(".")[2]: override.value() for override in overrides}


if __name__ == "__main__":
    main()
