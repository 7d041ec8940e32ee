"""The two ways a command ends badly, each with the exit code that tells them apart, and how its last words look."""


def plain(text: str) -> str:
    """Return ``text`` on one line, with what cannot be printed spelled out: no control code of a file gets through."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class ToldError(Exception):
    """What is told a person in one line: ``message``, in which whatever cannot be printed is spelled out."""

    def __init__(self, message: str) -> None:
        super().__init__(plain(message))


class UsageError(ToldError):
    """The command, its config or its input is wrong: one line, nothing was trained, exit code 2.

    The message says what is wrong, what was given, what is allowed and how to mend it.
    """

    exit_code = 2


class TrainingFailedError(ToldError):
    """Training was under way and could not go on (it diverged, memory ran out): one line, exit code 1."""

    exit_code = 1
