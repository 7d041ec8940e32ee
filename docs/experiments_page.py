"""Write docs/experiments.md from the heads of conf/experiment/*.yaml: make docs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """# Recipes

Written by `make docs` from `conf/experiment/`. Each is a whole run with the settings of its paper or post:
`gan-train experiment=NAME`, with anything changed as usual. Seconds were measured on one CPU core; "not run to its
end" means what it says.

"""


def section(path: Path) -> str:
    """Return a recipe's name and the comment on top of its file; its command and time stand on a line of their own."""
    lines = path.read_text(encoding="utf-8").split("defaults:")[0].splitlines()
    comment = [line.removeprefix("#") for line in lines if line.startswith("#") and "@package" not in line]
    text = "\n".join(line.strip() for line in comment)
    command = re.compile(r"^(gan-train \S.*?)  +(.*)$", re.MULTILINE)
    return (
        f"## {path.stem}\n\n{command.sub(lambda it: f'{chr(10)}`{it[1].strip()}`: {it[2]}{chr(10)}', text).strip()}\n"
    )


def generated() -> dict[Path, str]:
    """Return the text of the page by its path."""
    parts = [section(path) for path in sorted((ROOT / "conf" / "experiment").glob("*.yaml"))]
    return {ROOT / "docs" / "experiments.md": HEAD + "\n".join(parts)}


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
