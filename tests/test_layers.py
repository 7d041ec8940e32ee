"""Dependencies point one way: docs/design.md's table, held."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gan_runner"

BASE = {"errors", "types", "atomic", "lock", "cachedir", "ranks"}
MAY_IMPORT = {
    "errors": set(),
    "types": set(),
    "atomic": set(),
    "lock": set(),
    "cachedir": {"errors"},
    "ranks": {"errors"},
    "pixels": set(),
    "incidental": set(),
    "losses": {"types", "ranks"},
    "regularizers": {"types", "ranks"},
    "models": {"types", "errors", "ranks"},
    "data": BASE,
    "metrics": {"types", "data", "errors", "atomic", "cachedir", "pixels"},
    "games": {"types", "losses", "regularizers", "ranks"},
    "training": {"types", "games", "data", "metrics", "errors", "atomic", "ranks"},
    "reporting": {"errors", "atomic", "lock", "pixels"},
    "construct": {"errors"},
    "datachoice": {"construct", "data", "errors"},
    "networks": {"construct", "errors", "games", "models", "ranks", "regularizers", "types"},
    "build": BASE
    | {
        "construct",
        "data",
        "datachoice",
        "games",
        "losses",
        "metrics",
        "models",
        "networks",
        "regularizers",
        "training",
    },
    "views": {"games"},
    "pictures": {"data", "reporting", "training", "views"},
    "folder": {"errors", "incidental", "lock", "reporting", "training"},
    "record": {"build", "data", "metrics", "ranks", "reporting", "training"},
    "trained": {"build", "construct", "data", "errors", "folder", "games", "pixels", "training", "types"},
    "evaluation": BASE | {"construct", "data", "datachoice", "metrics", "record", "reporting", "trained", "training"},
    "ready": BASE | {"build", "data", "record", "reporting", "training"},
    "run": BASE | {"build", "construct", "folder", "pictures", "ready", "record", "reporting", "training"},
    "datatool": BASE | {"construct", "data", "datachoice"},
    "check": BASE | {"data", "datachoice", "datatool", "pictures", "reporting"},
    "compare": {"errors", "incidental", "reporting"},
    "claims": {
        *("atomic", "compare", "data", "errors", "games", "losses", "metrics", "models", "regularizers"),
        *("reporting", "trained", "training", "types"),
    },
    "sweeps": BASE | {"cli", "construct", "data", "folder", "incidental", "record", "reporting", "training"},
    "generating": {
        *("construct", "data", "datachoice", "errors", "games", "networks", "pictures"),
        *("atomic", "reporting", "trained", "training", "types", "views"),
    },
    "cli": {
        *(
            "atomic",
            "check",
            "claims",
            "cli",
            "compare",
            "datatool",
            "errors",
            "evaluation",
            "generating",
            "record",
            "reporting",
        ),
        *("incidental", "ranks", "run", "training"),
    },
    "__main__": {"cli"},
}


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gan_runner."):
            found.add(node.module.split(".")[1])  # type: ignore[union-attr]
        elif isinstance(node, ast.ImportFrom) and node.module == "gan_runner":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("gan_runner.")}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_upwards(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        assert imported_layers(path) == {"trained", "generating"}  # when its functions are called
        return
    mine = layer(path)
    assert imported_layers(path) - {mine} <= MAY_IMPORT[mine]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 220


@pytest.mark.parametrize(
    "path", sorted((ROOT / "conf").rglob("*.yaml")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_config_files_are_short_and_say_what_they_are(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("# ") and not line.startswith("# @") for line in lines[:2])
    assert len(lines) <= (75 if path.name == "config.yaml" else 40)
