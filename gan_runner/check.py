"""`gan-data check`: what a data set holds, what is broken in it, and what training on it will take."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gan_runner import atomic
from gan_runner.data.encoded.base import Broken
from gan_runner.data.encoded.gnt_record import gb_code
from gan_runner.data.picture_set import IN_MEMORY, PictureSet
from gan_runner.data.prepared import PreparedSet
from gan_runner.data.preparing.prepare import coloured
from gan_runner.data.preparing.recipe import Report
from gan_runner.data.preparing.store import Prepared, in_bytes, is_prepared, open_prepared, verify
from gan_runner.data.preparing.survey import Survey, survey
from gan_runner.data.source import Source
from gan_runner.datachoice import load_data
from gan_runner.datatool import claim_sheet
from gan_runner.errors import UsageError
from gan_runner.pictures import draw_real
from gan_runner.reporting.images import grid, save_png

LISTED = 20
ORDER_BYTES = 16
"""Memory a picture on the disk takes while training: its place in the epoch's order and its label."""


@dataclass
class Findings:
    """Lines on a data set, label and text, and the ``faults`` found; without faults all is well."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def say(self, label: str, text: str) -> None:
        """Add a line."""
        self.lines.append((label, text))

    def text(self) -> Iterator[str]:
        """Yield the lines as they are printed, the faults by name at the end."""
        for label, text in self.lines:
            yield f"{label:<10} {text}"
        yield from (f"{'broken':<10} {fault}" for fault in self.faults[:LISTED])
        if len(self.faults) > LISTED:
            yield f"{'':<10} and {len(self.faults) - LISTED:,} more"
        yield f"{'result':<10} " + (f"{len(self.faults):,} faults" if self.faults else "all is well")


def check(config: Mapping[str, Any], report: Report) -> Findings:
    """Read all of the data, write the contact sheet, and return what was found.

    Raises UsageError if the data cannot be read at all, or the sheet cannot be written.
    """
    data = load_data(config["data"])
    sheet = claim_sheet(config["sheet"], data)  # before anything is read: that may take an hour
    findings = Findings()
    picture: torch.Tensor | None = None
    if isinstance(data, PictureSet):
        picture = _check_pictures(data, findings, report, config["jobs"])
    elif isinstance(data, PreparedSet):
        for one in data.prepared:
            _check_prepared(one, findings, report)
        if not findings.faults:
            source = data.source(report)
            _describe(source, findings)
            picture = draw_real(source)
    else:
        _describe(data, findings)
        picture = draw_real(data)
    try:
        _write_sheet(sheet, picture, findings)
    except OSError as error:
        findings.say("sheet", f"{sheet}: cannot be written ({error.strerror or error})")
    return findings


def _write_sheet(sheet: Path, picture: torch.Tensor | None, findings: Findings) -> None:
    """Draw the contact sheet, if there is anything to be seen, and list all faults where they are too many to print."""
    if picture is not None:
        save_png(sheet, picture)
        findings.say("sheet", str(sheet))
    if len(findings.faults) > LISTED:
        everything = sheet.with_suffix(".broken.txt")
        atomic.write_text(everything, "".join(f"{fault}\n" for fault in findings.faults))
        findings.say("list", f"all broken ones by name: {everything}")


def _check_pictures(data: PictureSet, findings: Findings, report: Report, jobs: int | None) -> torch.Tensor | None:
    """Survey encoded pictures; return their contact sheet."""
    surveys = [survey(part, data.recipe, report, jobs) for part in data.parts]
    names = data.part_names or ("",) * len(surveys)
    shown: list[Any] = []
    stored = 0
    for part, name, found in zip(data.parts, names, surveys, strict=True):
        findings.say("data", f"{part.name} {name}".strip() + f" in {part.place}: {found.pictures:,} pictures")
        findings.say("stored as", _sizes(found))
        for note in part.notes:
            findings.say("notes", note)
        if found.classes:
            findings.say("classes", _classes(found.classes, found.labels))
        findings.faults += [_broken(one) for one in found.broken]
        if found.coloured is not None:
            findings.faults.append(coloured(found.coloured))
        recipe = found.recipe
        assert recipe.channels is not None
        stored += found.pictures * recipe.channels * recipe.size**2
        shown += found.shown
        findings.say(
            "becomes",
            f"{recipe.size}x{recipe.size} {'grey' if recipe.channels == 1 else 'colour'} "
            f"(fit={recipe.fit}, resample={recipe.resample})",
        )
    findings.say("training", _memory(stored, sum(found.pictures for found in surveys)))
    for folder in data.folders():
        if is_prepared(folder):
            _check_prepared(open_prepared(folder), findings, report)
        else:
            findings.say("prepared", "not yet; gan-train and gan-data prepare do it once")
    if not shown or len({one.shape for one in shown}) > 1:
        return None
    return grid(torch.from_numpy(np.stack(shown)), 0, 255)


def _check_prepared(prepared: Prepared, findings: Findings, report: Report) -> None:
    skipped = prepared.skipped
    passed = f", {skipped:,} broken ones passed over when it was made" if skipped else ""
    findings.say("prepared", f"{prepared.shape[0]:,} pictures in {prepared.folder}{passed}")
    try:
        verify(prepared, report)
    except UsageError as error:
        findings.faults.append(str(error))


def _describe(source: Source, findings: Findings) -> None:
    shape = "x".join(map(str, (*source.shape[1:], source.shape[0])))
    kind = f"points of {shape} numbers" if source.is_points else f"pictures of {shape}"
    findings.say("data", f"{source.name}: {len(source):,} {kind}")
    if source.classes and source.labels is not None:
        counts = torch.bincount(source.labels, minlength=len(source.classes)).tolist()
        findings.say("classes", _classes(source.classes, Counter(dict(enumerate(counts)))))
    if isinstance(source.samples, torch.Tensor):
        size = source.samples.nbytes
        findings.say("training", f"holds it in memory: {in_bytes(size)} beside the networks")
    else:
        findings.say("training", _memory(source.samples.nbytes, len(source)))


def _classes(names: Sequence[str], counts: Counter[int]) -> str:
    """Return how many classes there are, the smallest and the largest, and what has no picture at all."""
    ranked = sorted(range(len(names)), key=lambda label: counts[label])
    small, large = ranked[0], ranked[-1]
    empty = [names[label] for label in ranked if not counts[label]]
    listed = ", ".join(empty[:LISTED]) + (", ..." if len(empty) > LISTED else "")
    none = f"; {len(empty):,} have no picture: {listed}" if empty else ""
    return (
        f"{len(names):,}, from {named(names[small])} with {counts[small]:,} to {named(names[large])} with "
        f"{counts[large]:,}{none}"
    )


def named(name: str) -> str:
    """Return a class's name; that of a Chinese character with its GB code and Unicode, for terminals without a font."""
    if len(name) != 1 or not name > "\u3000":
        return name
    try:
        code = gb_code(name)
    except UnicodeEncodeError:
        return f"{name} (U+{ord(name):04X})"
    return f"{name} (GB {code}, U+{ord(name):04X})"


def _sizes(found: Survey) -> str:
    (width, height, mode), count = found.sizes.most_common(1)[0] if found.sizes else ((0, 0, "none"), 0)
    if len(found.sizes) <= 1:
        return f"{width}x{height} {mode}"
    widths, heights = ([size[axis] for size in found.sizes] for axis in (0, 1))
    modes = "+".join(sorted({size[2] for size in found.sizes}))
    return (
        f"{min(widths)}..{max(widths)} wide, {min(heights)}..{max(heights)} high, {modes}; the commonest of "
        f"{len(found.sizes):,} sizes is {width}x{height} ({count:,})"
    )


def _broken(one: Broken) -> str:
    lost = f" ({one.count:,} pictures lost)" if one.count > 1 else ""
    return f"{one.where}: {one.reason}{lost}"


def _memory(stored: int, pictures: int) -> str:
    if stored <= IN_MEMORY:
        return f"holds it in memory: {in_bytes(stored)} beside the networks"
    order = pictures * ORDER_BYTES
    return f"reads it from the disk ({in_bytes(stored)} there) and holds {in_bytes(order)} beside the networks"
