"""`python -m gan_runner` is `gan-train`, and what torchrun starts several of."""

from gan_runner.cli.train import main

main()
