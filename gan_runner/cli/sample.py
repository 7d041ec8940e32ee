"""`gan-sample`: samples of a trained run as pictures, files or arrays, and its generator for other programs."""

from collections.abc import Sequence

from gan_runner.cli.app import answer, importing
from gan_runner.cli.composing import compose_words
from gan_runner.cli.quoting import quoted
from gan_runner.errors import UsageError

CONFIG = "gan_sample"
STOPPED = "nothing was written"
HELP = """\
gan-sample opens a trained run, without its data, and makes something of its generator.

  gan-sample run=outputs/NAME/DATE_TIME-ID              the picture samples/STEP.png again, or for a generator that
                                                        is told the class, 64 samples of every class alike
  gan-sample run=... make=classes|interpolation|codes   the other pictures that a run draws of itself
  gan-sample run=... make=files n=1000                  PNG files 000001.png, ... and, with classes, labels.csv
  gan-sample run=... make=npy n=50000                   one float32 array [n, ...] as the generator gives it (pictures:
                                                        -1..1, mostly), and, with classes, NAME-labels.npy
  gan-sample run=... make=onnx|torchscript|safetensors  the generator itself, with a README that loads it in five lines

  run=PATH             a run's folder, or one of its checkpoints
  make=grid            the above; grid is the default
  n=64                 how many samples (grid, files, npy); points in a picture: 1,000
  out=PATH             the file or folder to write, which must be new; without, generated/ in the run's folder
  checkpoint=last      last, best, or a file's name
  weights=average      the running average, which is the default if the run kept one, or raw
  seed=N               other latents than those of the run's own pictures
  classes=[3,7]        by name or number (grid, classes, files, npy): as many of each
  truncation=0.7       Gaussian latents within -0.7..0.7: less variety, fewer failures
  device=auto          auto, cpu, cuda, cuda:N, mps

The paths written are printed. From Python: gan_runner.load("outputs/RUN").sample(64, seed=0).
"""


def main() -> None:
    """Entry point of the `gan-sample` command."""
    answer(HELP, run, CONFIG, STOPPED)


def run(arguments: Sequence[str]) -> None:
    """Do what the command line asks for and print the paths written."""
    for word in arguments:
        if word.startswith("-") or "=" not in word:
            raise UsageError(
                f"gan-sample: {word} is not known here; allowed: KEY=VALUE, as run=outputs/RUN, and --help"
            )
    config = compose_words(CONFIG, [quote_names(word) for word in arguments])

    with importing():
        from gan_runner.generating.tool import generate  # torch takes over a second: not before it is needed
        from gan_runner.record import shown
        from gan_runner.reporting.counter import Counter
        from gan_runner.reporting.progress import setup_logging

    setup_logging(None)
    with Counter("samples") as counter:
        paths = generate(config, counter)
    print("\n".join(map(shown, paths)))


def quote_names(word: str) -> str:
    """Return ``classes=[...]`` with every name in quotes that Hydra's grammar would not take; other words as they are.

    A list is otherwise left to the person to quote, but names of classes are Chinese characters more often than not.
    """
    key, equals, value = word.partition("=")
    if key != "classes" or not (value.startswith("[") and value.endswith("]")):
        return word
    names = [name.strip() for name in value[1:-1].split(",")]
    plain = [name if name.isascii() or name[:1] in ("'", '"') else quoted(name) for name in names]
    return f"{key}{equals}[{','.join(plain)}]"


if __name__ == "__main__":
    main()
