"""What the data path costs: preparing beside a bare loop, the stream beside a training step, memory under a limit.

    python benchmarks/data.py prepare ROOT... [--rounds 3]     folders rendered by gan-data (hwdb, lsun), or of pictures
    python benchmarks/data.py stream                           milliseconds a batch, and their share of a dcgan step
    python benchmarks/data.py memory [--limit 1.5]             train on a set three times as large as the memory (root)

Every figure is a median over rounds in which what is compared takes turns. Results are printed as lines of JSON.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gan_runner.data.encoded.base import Collection

BARE_PICTURES = 3000
"""A bare loop takes so many records at a time: about a second's work."""
BARE_GLYPHS = 60_000


def collection(root: Path) -> tuple[str, Collection, int, str]:
    """Return the name, collection, size and fit with which ``root`` is prepared by default."""
    from gan_runner.data import folder, hwdb, lsun

    if any(root.glob("*.gnt")):
        name, data = "hwdb", hwdb.load(str(root))
    elif any(root.glob("*_lmdb")):
        name, data = "lsun", lsun.load(str(root))
    else:
        name, data = "folder", folder.load(str(root))
    return name, data.parts[0], data.recipe.size, data.recipe.fit


def glyphs(root: Path) -> Iterator[Image.Image]:
    """Yield the glyphs of .gnt files, plainly read."""
    for path in sorted(root.glob("*.gnt")):
        data = path.read_bytes()
        offset = 0
        while offset < len(data):
            size, _, width, height = struct.unpack_from("<IHHH", data, offset)
            yield Image.frombytes("L", (width, height), data[offset + 10 : offset + size])
            offset += size


def pictures(root: Path) -> Iterator[Image.Image]:
    """Yield the pictures of a scene's LMDB or of a folder's files, plainly opened."""
    databases = sorted(root.glob("*_lmdb"))
    if databases:
        import lmdb

        with lmdb.open(str(databases[0]), readonly=True, lock=False) as base, base.begin() as transaction:
            for _, value in transaction.cursor():
                yield Image.open(BytesIO(value))
    else:
        for path in sorted(root.rglob("*.jpg")):
            yield Image.open(path)


def bare(root: Path, name: str, size: int, fit: str) -> float:
    """Return records a second of the plainest loop that decodes and resizes with Pillow, in this one process."""
    source, count = (glyphs(root), BARE_GLYPHS) if name == "hwdb" else (pictures(root), BARE_PICTURES)
    start, done = time.perf_counter(), 0
    for image in islice(source, count):
        image.draft(None, (2 * size, 2 * size))
        picture = image if image.mode in ("L", "RGB") else image.convert("RGB")
        if fit == "crop":
            side = min(picture.size)
            left, top = (picture.width - side) / 2, (picture.height - side) / 2
            box = (left, top, left + side, top + side)
            np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box=box))
        else:
            np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC))
        done += 1
    return done / (time.perf_counter() - start)


def bare_on_all_cores(root: Path, jobs: int) -> float:
    """Return the summed records a second of ``jobs`` bare loops at once: what the machine can give at best."""
    command = [sys.executable, __file__, "bare", str(root)]
    loops = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(jobs)]
    return sum(float(loop.communicate()[0]) for loop in loops)


def prepare(roots: list[Path], rounds: int) -> None:
    """Compare `gan-data prepare` with the bare loop, in turns."""
    jobs = len(os.sched_getaffinity(0))
    for root in roots:
        name, part, size, fit = collection(root)
        one, all_cores, ours = [], [], []
        for _ in range(rounds):
            one.append(bare(root, name, size, fit))
            all_cores.append(bare_on_all_cores(root, jobs))
            with tempfile.TemporaryDirectory(dir=root.parent) as out:
                command = [sys.executable, "-m", "gan_runner.cli.data", "prepare", f"data={name}", f"data.root={root}"]
                done = subprocess.run([*command, f"out={out}/set"], capture_output=True, text=True, check=True)
                ours.append(float(re.findall(r"([\d,]+)/s$", done.stderr.strip())[-1].replace(",", "")))
        rate, best, got = (statistics.median(values) for values in (one, all_cores, ours))
        tell(
            what="prepare",
            data=name,
            records=len(part),
            size=size,
            cores=jobs,
            bare_one_process=round(rate),
            bare_all_cores=round(best),
            prepare=round(got),
            prepare_per_core=round(got / jobs),
            share_of_bare_times_cores=round(got / (jobs * rate), 3),
            share_of_bare_on_all_cores=round(got / best, 3),
        )


def stream(rounds: int) -> None:
    """Time a batch of 64 pictures of 64x64x3 from memory and from the disk, and a dcgan step that is fed with it."""
    import torch

    from gan_runner.build import build
    from gan_runner.data.preparing.store import HEADER
    from gan_runner.data.rows import Array, FileRows
    from gan_runner.data.source import Source
    from gan_runner.data.stream import Stream

    torch.set_num_threads(1)
    shape = (20_000, 3, 64, 64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.npy"
        content = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        path.write_bytes(bytes(HEADER) + content.tobytes())
        memory = Source("memory", torch.from_numpy(content))
        disk = Source("disk", FileRows([Array(path, HEADER, shape)]), digest="0")
        streams = {source.name: Stream(source, 64, 0, torch.device("cpu")) for source in (memory, disk)}
        small = Source("28x28", torch.from_numpy(content[:, :1, :28, :28].copy()))
        streams["28x28x1 in memory"] = Stream(small, 64, 0, torch.device("cpu"))
        times: dict[str, list[float]] = {name: [] for name in streams}
        for _ in range(rounds * 5):
            for name, one in streams.items():
                times[name].append(milliseconds(one.next, 40))
        engine = build(compose("data=fake", "data.channels=3", "data.size=64", "metric=none")).engine
        steps = [milliseconds(lambda: engine.step(streams["disk"], False), 3) for _ in range(rounds)]
    step = statistics.median(steps)
    for name, values in times.items():
        batch = statistics.median(values)
        share = (
            {"dcgan_64_step_ms": round(step, 1), "share_of_step": round(batch / step, 5)} if "28" not in name else {}
        )
        tell(what="stream", source=name, batch_ms=round(batch, 3), batches_per_second=round(1000 / batch), **share)


def compose(*overrides: str) -> dict[str, Any]:
    """Return a run's config as gan-train composes it."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    from gan_runner.cli.app import conf_dir, register_resolvers

    register_resolvers()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config: Any = OmegaConf.to_container(hydra_compose("config", list(overrides)), resolve=True)
    return config  # type: ignore[no-any-return]


def milliseconds(call: Callable[[], Any], count: int) -> float:
    """Return milliseconds a call."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count * 1000


def memory(limit: float, steps: int) -> None:
    """Train on a set three times as large as the memory of a cgroup, which counts the process and the files it reads.

    Beside it, the same networks on a set of 512 pictures: the difference is what the large set costs.
    """
    from gan_runner.data.preparing.store import npy_header

    group = Path(f"/sys/fs/cgroup/memory/gan-runner-{os.getpid()}")
    group.mkdir()
    folder = Path(tempfile.mkdtemp(dir="."))
    try:
        allowed = int(limit * 2**30)
        (group / "memory.limit_in_bytes").write_text(str(allowed))
        shape = (3 * allowed // (3 * 64 * 64) + 1, 3, 64, 64)
        write_set(folder / "large", shape, npy_header(shape))
        write_set(folder / "small", (512, *shape[1:]), npy_header((512, *shape[1:])))
        for name, count in (("small", 512), ("large", shape[0])):
            seconds, peak = train_in(group, folder / name, folder / f"run-{name}", steps)
            tell(
                what="memory",
                set_mib=count * 3 * 64 * 64 >> 20,
                limit_mib=allowed >> 20,
                steps=steps,
                seconds=seconds,
                peak_resident_mib=peak["VmHWM"] >> 10,
                peak_own_pages_mib=peak["RssAnon"] >> 10,
            )
    finally:
        shutil.rmtree(folder)
        group.rmdir()


def train_in(group: Path, data: Path, run: Path, steps: int) -> tuple[float, dict[str, int]]:
    """Return a training run's seconds and its peaks in KiB, as a member of a cgroup."""
    command = [sys.executable, "-m", "gan_runner.cli.train", "data=prepared", f"data.root={data}", "logger=none"]
    command += [f"trainer.steps={steps}", f"hydra.run.dir={run}"]
    process = subprocess.Popen(
        command, preexec_fn=lambda: (group / "tasks").write_text(str(os.getpid())), stderr=subprocess.DEVNULL
    )
    peak = {"VmHWM": 0, "RssAnon": 0}
    while process.poll() is None:
        for key, value in re.findall(r"(VmHWM|RssAnon):\s+(\d+)", status(process.pid)):
            peak[key] = max(peak[key], int(value))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"training ended with {process.returncode}")
    return json.loads((run / "run.json").read_text())["seconds"], peak


def write_set(folder: Path, shape: tuple[int, ...], header: bytes) -> None:
    """Write a prepared set of random pictures of ``shape``, a part at a time."""
    import hashlib

    folder.mkdir()
    digest, generator = hashlib.sha256(), np.random.default_rng(0)
    with (folder / "samples.npy").open("wb") as file:
        file.write(header)
        for start in range(0, shape[0], 4096):
            block = generator.integers(0, 256, (min(4096, shape[0] - start), *shape[1:]), dtype=np.uint8).tobytes()
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # to be read, and counted, by the training
    labels = np.full(shape[0], -1, np.int32)
    np.save(folder / "labels.npy", labels)
    told = {"classes": [], "skipped": 0, "broken": []}
    manifest = {"format": 1, "name": "noise", "shape": shape, "count": shape[0], **told}
    digests = {"sha256": digest.hexdigest(), "labels_sha256": hashlib.sha256(labels.tobytes()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest | digests | {"recipe": {"size": shape[-1]}}))


def status(pid: int) -> str:
    """Return what the system says of a process, or nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def tell(**values: Any) -> None:
    """Print one result."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["prepare", "stream", "memory", "bare"])
    parser.add_argument("roots", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1.5, help="GiB")
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()
    if arguments.what == "prepare":
        prepare(arguments.roots, arguments.rounds)
    elif arguments.what == "stream":
        stream(arguments.rounds)
    elif arguments.what == "memory":
        memory(arguments.limit, arguments.steps)
    else:
        kind, _, side, how = collection(arguments.roots[0])
        print(bare(arguments.roots[0], kind, side, how))
