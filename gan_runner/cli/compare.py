"""`gan-compare`: what differs between runs, which is better, and how sure that is."""

import re
import shlex
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from gan_runner.cli.app import answer
from gan_runner.errors import UsageError, plain

OPTIONS = ("out", "by", "success", "metric")
HELP = """\
gan-compare reads finished runs and says what differs, which is better, and how sure that is.

  gan-compare PATH...     run folders, or folders with runs anywhere below: a table here; comparison.html, one page
                          that opens offline, and comparison.csv, a line a run, in the folder that all runs lie in

  out=DIR                 another folder for the page and the table
  by=KEY,KEY              what makes the groups; without it all that differs but the seed
  success='VALUE<NUMBER'  when a run is a success (<, <=, >, >=), judged at its end; without it the metric's own goal
  metric=VALUE            what the groups are ranked by; without it what the runs monitor

Runs of other data, another metric or another version are named and left out, and so are those that have not finished.
A run that failed counts as no success. Exit code 0, or 2 if there is nothing to compare.

Examples:
  gan-train -m loss=gan,lsgan,wgan optim=adam,rmsprop seed=0,1 name=losses
  gan-compare outputs/sweeps/losses
  gan-compare outputs by=loss success='fid<5'
"""


def main() -> None:
    """Entry point of the `gan-compare` command."""
    answer(HELP, run, stopped="the runs were only read")


def run(arguments: Sequence[str]) -> None:
    """Compare what the command line names; print the table and write the page and the CSV."""
    paths, options = parse(arguments)
    for name, value in options.items():
        if not value.strip():
            raise UsageError(f"{name}=: no value given; leave {name}= out for the default (gan-compare --help)")

    from rich.console import Console

    from gan_runner import atomic
    from gan_runner.compare.comparison import compare
    from gan_runner.compare.comparison_csv import as_csv
    from gan_runner.compare.page import as_page
    from gan_runner.compare.table import as_table

    by = [key.strip() for key in options["by"].split(",") if key.strip()] if "by" in options else None
    comparison = compare(paths, by, options.get("metric"), options.get("success"))
    Console().print(as_table(comparison))
    out = Path(options["out"]).expanduser() if "out" in options else comparison.home
    out.mkdir(parents=True, exist_ok=True)
    atomic.write_text(out / "comparison.csv", as_csv(comparison))
    atomic.write_text(out / "comparison.html", as_page(comparison, shlex.join(["gan-compare", *arguments])))
    print(f"wrote {plain(str(out / 'comparison.html'))} and comparison.csv beside it")


def parse(arguments: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    """Return the paths and the options of a command line. What exists is a path, whatever its name.

    Raises: UsageError for an option that there is not, a path that does not exist, or no path.
    """
    paths, options = [], {}
    for word in arguments:
        name, equals, value = word.partition("=")
        if Path(word).expanduser().exists():
            paths.append(Path(word).expanduser())
        elif equals and name in OPTIONS:
            options[name] = value
        elif word.startswith("-") or (equals and re.fullmatch(r"[\w.]+", name)):
            near = get_close_matches(name.lstrip("-"), OPTIONS, n=1, cutoff=0.5)
            meant = f" (did you mean {near[0]}=?)" if near else ""
            raise UsageError(f"gan-compare {word}: no such option{meant}; allowed: {', '.join(OPTIONS)}, --help")
        else:
            raise UsageError(f"gan-compare {word}: no such folder; give run folders or folders of them, e.g. outputs")
    if not paths:
        raise UsageError("gan-compare: no folder given; give run folders or folders of them, e.g. gan-compare outputs")
    return paths, options


if __name__ == "__main__":
    main()
