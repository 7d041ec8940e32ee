"""`gan-claim`: what posts and papers claim of GANs, run as experiments with a verdict."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from gan_runner.cli.app import answer, importing
from gan_runner.errors import TrainingFailedError, UsageError

COMMANDS = {
    "list": ("results",),
    "run": ("seeds", "results", "runs", "budget", "again"),
    "report": ("results", "page"),
}
"""The options of each command."""
RESULTS, PAGE, RUNS = "docs/claims", "docs/claims.md", "outputs/claims"
UNITS = {"s": 1, "m": 60, "h": 3600}
HELP = """\
gan-claim runs what blog posts and papers claim of GANs as experiments; each ends confirmed, refuted or undecided.

  gan-claim list [results=docs/claims]      the claims, with the verdicts that there are
  gan-claim run C05 C06                     measure, judge, keep CNN.json and CNN.png in docs/claims
  gan-claim run theory|training|all         all of a kind, the cheapest first
  gan-claim report                          write docs/claims.md from the results

  seeds=N              of a claim that takes seeds; without it the claim's own number
  budget=2h            start what fits into 90s, 30m or 2h by its estimate; what does not is named and left
  again=true           run a claim anew that has a result
  results=docs/claims  where results are kept
  runs=outputs/claims  where the runs of training claims are kept: they resume, and claims share equal ones
  page=docs/claims.md  the report

Ctrl-C keeps what is done; the same command goes on.
"""


def main() -> None:
    """Entry point of the `gan-claim` command."""
    answer(HELP, run, stopped="what was finished is kept; the same command goes on")


def run(arguments: Sequence[str]) -> None:
    """Do what the command line asks for."""
    command, words, options = parse(arguments)
    results = Path(options.get("results", RESULTS)).expanduser()
    if command == "run":
        _run(words, options, results)
    elif words:
        raise UsageError(f"gan-claim {command}: {words[0]} is not known here; allowed: {_allowed(command)}")
    elif command == "list":
        _list(results)
    else:
        _report(results, Path(options.get("page", PAGE)).expanduser())


def parse(arguments: Sequence[str]) -> tuple[str, list[str], dict[str, str]]:
    """Return the command, its plain words and its options; UsageError for what there is not."""
    command, *rest = arguments
    if command not in COMMANDS:
        raise UsageError(f"gan-claim {command}: no such command; allowed: {', '.join(COMMANDS)} (gan-claim --help)")
    words, options = [], {}
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals and not word.startswith("-"):
            words.append(word)
        elif name not in COMMANDS[command] or not value.strip():
            near = get_close_matches(name.lstrip("-"), COMMANDS[command], n=1, cutoff=0.5)
            meant = f" (did you mean {near[0]}=?)" if near and near[0] != name else ""
            fault = "no value given" if name in COMMANDS[command] else f"no such option{meant}"
            raise UsageError(f"gan-claim {command} {word}: {fault}; allowed: {_allowed(command)}")
        else:
            options[name] = value
    return command, words, options


def _allowed(command: str) -> str:
    return ", ".join([*(f"{name}=" for name in COMMANDS[command]), "--help"])


def _seconds(text: str) -> float:
    told = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if told is None:
        raise UsageError(f"budget={text}: not a time; allowed: a number with s, m or h, e.g. budget=2h")
    return float(told[1]) * UNITS[told[2]]


def _list(results: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from gan_runner.claims import store
    from gan_runner.claims.registry import entries

    found = [(entry, store.read(results, entry.id)) for entry in entries().values()]
    rows = [(entry.id, entry.kind, result.verdict if result else "not run", entry.text) for entry, result in found]
    console = Console()
    if not console.is_terminal:
        print("\n".join("\t".join(row) for row in rows))
        return
    table = Table("", "kind", "verdict", "claim", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _run(words: Sequence[str], options: dict[str, str], results: Path) -> None:
    from gan_runner.claims.registry import choose

    chosen = choose(words)
    seeds = options.get("seeds")
    if seeds is not None and not re.fullmatch(r"[1-9]\d{0,3}", seeds):
        raise UsageError(f"seeds={seeds}: not a number of seeds; allowed: 1 to 9999")
    again = options.get("again", "false")
    if again not in ("true", "false"):
        raise UsageError(f"again={again}: not known; allowed: true, false")
    budget = _seconds(options["budget"]) if "budget" in options else None

    with importing():
        from gan_runner.claims.work import work  # torch takes over a second: not before it is needed

    runs = Path(options.get("runs", RUNS)).expanduser()
    failed = work(chosen, results, runs, None if seeds is None else int(seeds), budget, again == "true")
    if failed:
        raise TrainingFailedError(f"{len(failed)} of {len(chosen)} claims have no result: {', '.join(failed)}")


def _report(results: Path, page: Path) -> None:
    with importing():
        from gan_runner import atomic
        from gan_runner.claims.report import report

    text = report(results, page)
    page.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_text(page, text)
    print(f"wrote {page}")


if __name__ == "__main__":
    main()
