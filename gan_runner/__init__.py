"""A laboratory for adversarial training that runs from the shell."""

__version__ = "0.1.0"
