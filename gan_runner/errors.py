"""The two ways a command ends badly, each with the exit code that tells them apart, and how its last words look."""


class UsageError(Exception):
    """The command, its config or its input is wrong: one line, nothing was trained, exit code 2.

    The message says what is wrong, what was given, what is allowed and how to mend it.
    """

    exit_code = 2


class TrainingFailedError(Exception):
    """Training was under way and could not go on (it diverged, memory ran out): one line, exit code 1."""

    exit_code = 1


def plain(text: str) -> str:
    """Return ``text`` on one line, with what cannot be printed spelled out: no control code of a file gets through."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
