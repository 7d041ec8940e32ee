import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def warnings_logged() -> Iterator[list[str]]:
    """The messages of gan_runner at WARNING and above, whether or not another test has cut its tie to the root."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Collector(level=logging.WARNING)
    logger = logging.getLogger("gan_runner")
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)
