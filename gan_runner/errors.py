"""The two ways a command ends badly, each with the exit code that tells them apart."""


class UsageError(Exception):
    """The command, its config or its input is wrong: one line, nothing was trained, exit code 2.

    The message says what is wrong, what was given, what is allowed and how to mend it.
    """

    exit_code = 2


class TrainingFailedError(Exception):
    """Training was under way and could not go on (it diverged, memory ran out): one line, exit code 1."""

    exit_code = 1
