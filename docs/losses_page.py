"""Write docs/losses.md, its pictures and the README's table of losses from the code and conf/loss: make docs."""

import inspect
import re
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import torch
from omegaconf import OmegaConf

from gan_runner.construct import construct, locate
from gan_runner.losses.base import Loss
from gan_runner.types import Features, Turn

ROOT = Path(__file__).parents[1]
LOSSES = ROOT / "conf" / "loss"
BEGIN, END = "<!-- losses: written by make docs -->\n", "<!-- end of losses -->\n"
REACH = 3.0
SIGNS = (
    (r"\b0\.5 ", "½ "),
    (r"\^2", "²"),
    (r"\]\+", "]₊"),
    (r"phi\*", "φ*"),
    (r"\bgamma\b", "\N{GREEK SMALL LETTER GAMMA}"),
    (r"\bDelta\b", "Δ"),
    (r"\bgrad\b", "∇"),
    (r"-", "\N{MINUS SIGN}"),
    (r"\|", "\\\\|"),
)
"""ASCII of the docstrings to the signs of a paper, and what a table's cell cannot hold."""


class Entry(NamedTuple):
    """A choice of loss: its file's comment, its node, what else the file chooses, and its class."""

    name: str
    comment: str
    node: dict[str, Any]
    brings: list[str]
    target: type
    own_formulas: list[str]
    """Those of the file's comment, where the class's are not the whole story."""

    @property
    def summary(self) -> str:
        """The first paragraph of the class's docstring, or the file's comment if it has formulas of its own."""
        if self.own_formulas:
            return self.comment
        return " ".join(inspect.cleandoc(self.target.__doc__ or "").split("\n\n")[0].split())

    @property
    def text(self) -> list[str]:
        """The docstring's paragraphs up to its reference, formulas fenced; or the formulas of the file's comment."""
        if self.own_formulas:
            return ["\n".join(["```text", *self.own_formulas, "```"])]
        paragraphs = inspect.cleandoc(self.target.__doc__ or "").split("Reference")[0].split("\n\n")[1:]
        return [
            f"```text\n{textwrap.dedent(it).strip()}\n```"
            if it.startswith("    ")
            else " ".join(it.split()).replace("``", "`")
            for it in paragraphs
            if it.strip()
        ]

    def objective(self, player: str) -> str:
        """Return what ``player`` (D or G) minimises, from the first line that says so."""
        lines_of_text = "\n".join(self.text).splitlines()
        lines = [line.split(":", 1)[1] for line in lines_of_text if line.startswith(f"{player}:")]
        formula = re.split(r",\s{2,}", lines[0].strip())[0] if lines else ""
        for sign, better in SIGNS:
            formula = re.sub(sign, better, formula)
        return formula.replace("``", "`")

    @property
    def papers(self) -> list[str]:
        """The arXiv numbers that the file names, else those of the docstring."""
        numbers = r"\b(\d{4}\.\d{4,5})\b"
        return list(dict.fromkeys(re.findall(numbers, self.comment) or re.findall(numbers, self.target.__doc__ or "")))


def entries() -> list[Entry]:
    """Return all choices of loss, the oldest paper first."""
    return sorted((_entry(path) for path in LOSSES.glob("*.yaml")), key=lambda entry: (entry.papers, entry.name))


def _entry(path: Path) -> Entry:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("# ") for line in lines[1:] if line.startswith("# ")]
    own_formulas = [line for line in comments if re.match(r"[DG]: ", line)]
    comment = " ".join(line.strip() for line in comments if line not in own_formulas)
    content: Any = OmegaConf.to_container(OmegaConf.load(path))
    node = content.pop("loss")
    chosen = [entry for entry in content.pop("defaults", []) if isinstance(entry, dict)]
    brings = [f"{key.removeprefix('override /')}={value}" for entry in chosen for key, value in entry.items()]
    brings += [f"{key}={_plain(value)}" for key, value in _leaves(content)]
    target: Any = locate(node["_target_"], "loss")
    return Entry(path.stem, comment, node, brings, target, own_formulas)


def _leaves(node: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in node.items():
        place = f"{prefix}{key}"
        found += _leaves(value, f"{place}.") if isinstance(value, dict) else [(place, value)]
    return found


def _plain(value: Any) -> str:
    return str(value).replace(" ", "")


def slopes(loss: Any, scores: torch.Tensor) -> torch.Tensor | None:
    """Return -dG/df(y) at each of ``scores``, the real score being 0; None if G does not go by the scores."""
    if not isinstance(loss, Loss):
        return None
    found = []
    for score in scores:
        fake = score[None].clone().requires_grad_()
        flat = torch.zeros(1, 1)
        features = Features(torch.zeros(1, 2), torch.zeros(1, 2))
        extra: dict[str, Any] = {"turn": Turn(flat, flat, flat, None, "generator", features)} if loss.needs_turn else {}
        value = loss.generator(torch.zeros(1) if loss.uses_real_scores else None, fake, **extra)
        if not value.requires_grad:
            return None
        found.append(-torch.autograd.grad(value, fake)[0])
    return torch.cat(found)


def picture(values: torch.Tensor, scores: torch.Tensor) -> str:
    """Return an SVG of ``values`` over ``scores``, what lies beyond -2..2 cut off."""
    width, height, limit = 260, 160, 2.0
    xs = 30 + (scores + REACH) / (2 * REACH) * (width - 40)
    ys = 10 + (limit - values.clamp(-limit, limit)) / (2 * limit) * (height - 35)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))
    zero, middle = 10 + (height - 35) / 2, 30 + (width - 40) / 2
    words = [(x, height - 8, "middle", tick) for tick, x in _spread(-3, 3, 30, width - 10)]
    words += [(24, y + 4, "end", tick) for tick, y in _spread(-2, 2, height - 25, 10)]
    ticks = "".join(f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{at}">{tick}</text>' for x, y, at, tick in words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="10" fill="#555">'
        f'<rect width="{width}" height="{height}" fill="white"/>'
        f'<path d="M30 {zero:.1f}H{width - 10}M{middle:.1f} 10V{height - 25}" stroke="#bbb"/>{ticks}'
        f'<polyline points="{points}" fill="none" stroke="#c33" stroke-width="2"/></svg>\n'
    )


def _spread(first: int, last: int, start: float, end: float) -> list[tuple[int, float]]:
    """Return the whole numbers ``first`` to ``last`` and where they lie between ``start`` and ``end``."""
    return [(tick, start + (tick - first) / (last - first) * (end - start)) for tick in range(first, last + 1)]


def section(entry: Entry, drawn: bool) -> str:
    """Return the page's part on one loss."""
    node = {key: value for key, value in entry.node.items() if key != "_target_"}
    settings = ", ".join(f"`loss.{key}={_plain(value)}`" for key, value in node.items())
    papers = ", ".join(f"[{number}](https://arxiv.org/abs/{number})" for number in entry.papers)
    facts = [
        f"- command: `gan-train loss={entry.name}`",
        *([f"- settings: {settings}"] if settings else []),
        *([f"- brings along: {', '.join(f'`{it}`' for it in entry.brings)}"] if entry.brings else []),
        *([f"- paper: {papers}"] if papers else []),
    ]
    curve = [f"![push on a fake by its score](images/losses/{entry.name}.svg)", ""] if drawn else []
    body = [line for paragraph in entry.text for line in (paragraph, "")]
    comment = [] if entry.own_formulas else [entry.comment, ""]
    summary = entry.summary.replace("``", "`")
    return "\n".join([f"## {entry.name}", "", summary, "", *body, *curve, *comment, *facts, ""])


def table(found: list[Entry]) -> str:
    """Return the README's table."""
    rows = ["| loss | D minimises | G minimises | brings along | paper |", "| --- | --- | --- | --- | --- |"]
    for entry in found:
        papers = ", ".join(f"[{number}](https://arxiv.org/abs/{number})" for number in entry.papers[:1])
        brings = ", ".join(f"`{it}`" for it in entry.brings)
        rows.append(f"| `{entry.name}` | {entry.objective('D')} | {entry.objective('G')} | {brings} | {papers} |")
    return "\n".join(rows) + "\n"


HEAD = """# Losses

Written by `make docs` from the code and `conf/loss/`. x is real, y = G(z) fake, f the raw score, high for real;
sp(t) = log(1 + e^t), [t]+ = max(0, t), E a mean over the batch; all is minimised. Each curve is the push that the
generator's objective gives the score of a fake, -dG/df(y), over that score f(y), computed by the code of the loss with
its default settings; where real scores take part, they are 0. What reaches the sample is this number times the
gradient of f. A file's settings and what it brings along are only defaults: whatever you type wins.

"""


def generated() -> dict[Path, str]:
    """Return the text of every file that this page consists of."""
    found = entries()
    files: dict[Path, str] = {}
    parts = []
    scores = torch.linspace(-REACH, REACH, 121)
    for entry in found:
        values = slopes(construct(entry.node, "loss"), scores)
        if values is not None:
            files[ROOT / "docs" / "images" / "losses" / f"{entry.name}.svg"] = picture(values, scores)
        parts.append(section(entry, values is not None))
    files[ROOT / "docs" / "losses.md"] = HEAD + "\n".join(parts)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    before, rest = readme.split(BEGIN)
    files[ROOT / "README.md"] = before + BEGIN + table(found) + END + rest.split(END)[1]
    return files


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
