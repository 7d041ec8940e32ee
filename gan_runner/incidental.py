"""Settings that say where, how or under which name a run is made, and nothing of what it learns."""

DATA_PATHS = ("data.root", "data.images", "data.labels")
"""Where data lie; what they are, their fingerprint says. (For some data ``data.labels`` is no path but a truth.)"""
INCIDENTAL = ("resume", "name", "tags", "dry_run", "device", "threads", "logger", "sweep")
LOOKING = ("trainer.keep", "trainer.alarm", "trainer.at_start", "trainer.on_nonfinite")
"""How a run is looked after while it learns; besides, ``trainer.*_every``."""


def covered(key: str, parents: tuple[str, ...]) -> bool:
    """Return whether the dotted ``key`` is one of ``parents`` or lies below one."""
    return any(key == parent or key.startswith(f"{parent}.") for parent in parents)


def is_path(key: str, value: object) -> bool:
    """Return whether the setting says where data lie."""
    return covered(key, DATA_PATHS) and not isinstance(value, bool)


def is_interval(key: str) -> bool:
    """Return whether the setting says how often a run looks up from training."""
    return key.startswith("trainer.") and key.endswith("_every")
