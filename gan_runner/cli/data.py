"""`gan-data`: draw stand-ins, prepare and check data."""

import shlex
import sys
from collections.abc import Sequence

from gan_runner.cli.app import guarded, importing
from gan_runner.cli.composing import compose_words, words_and_folders
from gan_runner.errors import UsageError

CONFIG = "gan_data"
STOPPED = {
    "check": "the data were only read",
    "prepare": "what was finished is kept; the same command goes on",
    "render": "what was complete is kept; the same command draws the rest",
}
"""What is said of each command after Ctrl-C."""
HELP = """\
gan-data works on the data of a run; data=... and data.KEY=... are those of gan-train.

  gan-data check data=NAME [sheet=FILE.png]      read everything; tell counts, sizes, classes, what is broken, and the
                                                 memory training takes; draw a contact sheet. Exit code 0, or 2
  gan-data prepare data=NAME [out=DIR]           decode and resize all pictures once; go on after an interruption.
                                                 Without out= where gan-train finds it, else data=prepared data.root=DIR
  gan-data render data=hwdb data.root=DIR [writers=40] [classes=100] [seed=0]
  gan-data render data=lsun data.root=DIR [count=600] [seed=0]
                                                 draw a stand-in for data that cannot be shipped, in their format

  jobs=N          processes (one a core)
  --config-dir DIR adds choices of your own, as for gan-train

Examples:
  gan-data check data=folder data.root=~/pictures
  gan-data prepare data=lsun data.root=~/lsun data.scene=[bedroom,kitchen] data.size=64 out=rooms64
  gan-train data=prepared data.root=rooms64
"""


def main() -> None:
    """Entry point of the `gan-data` command."""
    arguments = sys.argv[1:]
    if not arguments or {"-h", "--help"} & set(arguments):
        print(HELP, end="")
        sys.exit(0 if arguments else UsageError.exit_code)
    faults = False

    def command() -> None:
        nonlocal faults
        faults = run(arguments)

    code = guarded(command, CONFIG, STOPPED.get(arguments[0], "nothing was done"))
    sys.exit(code or (UsageError.exit_code if faults else 0))


def run(arguments: Sequence[str]) -> bool:
    """Do what the command line asks for and return whether a check has found faults."""
    name, *rest = arguments
    if name not in ("render", "prepare", "check"):
        raise UsageError(f"gan-data {name}: no such command; allowed: render, prepare, check (gan-data --help)")
    typed, folders = words_and_folders(f"gan-data {name}", rest)
    composed = compose_words(CONFIG, typed, folders)

    with importing():
        from gan_runner import check, datatool  # torch takes over a second: not before it is needed
        from gan_runner.reporting.counter import Counter
        from gan_runner.reporting.progress import setup_logging

    setup_logging(None)
    datatool.refuse_foreign(name, typed)
    config = datatool.settled(composed)
    with Counter() as counter:
        if name == "check":
            findings = check.check(config, counter)
            print("\n".join(findings.text()))
            return bool(findings.faults)
        if name == "prepare":
            how = shlex.join(word for word in typed if word.startswith(("data=", "data.")))
            print(datatool.prepare(config, counter, how))
        else:
            print(datatool.render(config, counter))
    return False


if __name__ == "__main__":
    main()
