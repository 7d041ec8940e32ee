import hashlib
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_runner.data.preparing import workers
from gan_runner.data.preparing.begun import head_of, key
from gan_runner.data.preparing.prepare import prepare, refuse_broken
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.data.preparing.store import npy_header, open_prepared, verify
from gan_runner.errors import UsageError

RECIPE = Recipe(4, fit="stretch", resample="box")


def quiet(what: str, done: int, total: int) -> None:
    pass


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def expected(numbers: list[int]) -> np.ndarray:
    """The pictures of these numbers by hand: each is filled with its number modulo 251."""
    levels = np.array([number % 251 for number in numbers], np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (len(numbers), 1, 4, 4))


def test_a_prepared_set_is_two_plain_arrays_and_a_manifest(numbers: Any, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    prepared = prepare(numbers(100), RECIPE, "stop", tmp_path / "set", lambda what, *at: told.append(at), jobs=2)
    assert sorted(contents(tmp_path / "set")) == ["labels.npy", "manifest.json", "samples.npy"]
    samples = np.load(tmp_path / "set" / "samples.npy", mmap_mode="r")
    assert np.array_equal(samples, expected(list(range(100))))
    labels = np.load(tmp_path / "set" / "labels.npy")
    assert labels.tolist() == [k % 2 for k in range(100)]
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256(samples.tobytes()).hexdigest()
    assert manifest["labels_sha256"] == hashlib.sha256(labels.tobytes()).hexdigest()
    assert (manifest["count"], manifest["shape"], manifest["classes"]) == (100, [100, 1, 4, 4], ["even", "odd"])
    assert manifest["recipe"] == {"size": 4, "channels": 1, "fit": "stretch", "resample": "box"}
    assert manifest["source"] == {"format": "numbers", "files": {"count": 100, "bad": []}}
    assert (manifest["skipped"], manifest["broken"]) == (0, [])
    assert sorted(count for *_, count in manifest["stored_sizes"]) == [33, 33, 34]
    assert told == sorted(told)
    assert told[0] == (0, 100)
    assert told[-1] == (100, 100)
    verify(prepared, quiet)


def test_the_number_of_processes_does_not_matter(numbers: Any, tmp_path: Path) -> None:
    for jobs in (1, 3):
        prepare(numbers(300, bad=[20]), RECIPE, "skip", tmp_path / str(jobs), quiet, jobs)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_finished_work_is_found_and_nothing_is_mixed(numbers: Any, tmp_path: Path) -> None:
    prepare(numbers(10), RECIPE, "stop", tmp_path, quiet, jobs=1)
    before = contents(tmp_path)
    prepare(numbers(10, crash=0), RECIPE, "stop", tmp_path, quiet, jobs=1)  # reading again would crash
    with pytest.raises(UsageError, match=r"holds 10 pictures of numbers at 4 pixels, of other files or another recipe"):
        prepare(numbers(10), Recipe(8), "stop", tmp_path, quiet, jobs=1)
    with pytest.raises(UsageError, match="of other files"):
        prepare(numbers(11), RECIPE, "stop", tmp_path, quiet, jobs=1)
    assert contents(tmp_path) == before


def test_a_broken_picture_stops_with_its_name_and_what_is_done_is_kept(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^number 40: number 40 is bad; .*data\.on_error=skip$"):
        prepare(numbers(100, bad=[40]), RECIPE, "stop", tmp_path, quiet, jobs=1)
    kept = (tmp_path / "samples.npy.part").read_bytes()[128:]
    assert 16 * 16 <= len(kept) <= 40 * 16
    assert kept == expected(list(range(40))).tobytes()[: len(kept)]
    assert not (tmp_path / "manifest.json").exists()


def test_up_to_one_percent_may_be_passed_over_and_is_counted(numbers: Any, tmp_path: Path) -> None:
    prepared = prepare(numbers(299, bad=[3, 200], lost=1), RECIPE, "skip", tmp_path / "a", quiet, jobs=1)
    good = [k for k in range(299) if k not in (3, 200)]
    assert np.array_equal(np.load(prepared.samples), expected(good))
    assert prepared.labels().tolist() == [k % 2 for k in good]
    assert prepared.manifest["skipped"] == 3
    assert [one["where"] for one in prepared.manifest["broken"]] == ["index", "number 3", "number 200"]
    with pytest.raises(UsageError, match=r"3 of 299 pictures cannot be read, more than the 1 %"):
        prepare(numbers(299, bad=[3, 200, 250]), RECIPE, "skip", tmp_path / "b", quiet, jobs=1)
    with pytest.raises(UsageError, match="index: is torn"):
        prepare(numbers(299, lost=1), RECIPE, "stop", tmp_path / "c", quiet, jobs=1)


def test_colour_after_grey_is_told_instead_of_lost(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"number 90: is in colour, but the first 64 pictures are grey"):
        prepare(numbers(100, coloured=[90]), RECIPE, "stop", tmp_path / "a", quiet, jobs=1)
    grey = prepare(numbers(100, coloured=[90]), Recipe(4, channels=1), "stop", tmp_path / "b", quiet, jobs=1)
    assert grey.shape == (100, 1, 4, 4)
    early = prepare(numbers(10, coloured=[6]), RECIPE, "stop", tmp_path / "c", quiet, jobs=1)
    assert early.shape == (10, 3, 4, 4)
    assert np.load(early.samples)[6, :, 0, 0].tolist() == [6, 0, 0]
    assert np.load(early.samples)[5, :, 0, 0].tolist() == [5, 5, 5]


@pytest.mark.fault(11)
def test_a_library_that_crashes_costs_one_sentence(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^nowhere: a process that read it was killed"):
        prepare(numbers(100, crash=50), RECIPE, "stop", tmp_path, quiet, jobs=2)


def test_without_labels_there_are_no_classes(numbers: Any, tmp_path: Path) -> None:
    prepared = prepare(numbers(9, classes=()), RECIPE, "stop", tmp_path, quiet, jobs=1)
    assert prepared.classes == ()
    assert prepared.labels().tolist() == [-1] * 9


def test_the_key_depends_on_source_and_recipe(numbers: Any) -> None:
    keys = [
        key(head_of(numbers(9), RECIPE)),
        key(head_of(numbers(8), RECIPE)),
        key(head_of(numbers(9), Recipe(5, fit="stretch", resample="box"))),
        key(head_of(numbers(9), Recipe(4, fit="stretch", resample="bicubic"))),
        key(head_of(numbers(9), Recipe(4, channels=3, fit="stretch", resample="box"))),
    ]
    assert len(set(keys)) == len(keys)
    assert key(head_of(numbers(9, delay=1.0), RECIPE)) == keys[0]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_kill_leaves_behind_the_end_is_the_same(numbers: Any, tmp_path: Path, seed: int) -> None:
    """Interrupt, then damage the unfinished files as lost writes would: the bytes of the end do not change."""
    collection, chance = numbers(120, bad=[10]), random.Random(seed)
    prepare(collection, RECIPE, "skip", tmp_path / "whole", quiet, jobs=1)

    def interrupt(what: str, done: int, total: int) -> None:
        if done >= 70:
            raise StopIteration

    with pytest.raises(StopIteration):
        prepare(collection, RECIPE, "skip", tmp_path / "cut", interrupt, jobs=2)
    for name in ("samples.npy.part", "labels.part", "journal.jsonl"):
        file = tmp_path / "cut" / name
        content = file.read_bytes()
        if chance.random() < 0.7:
            file.write_bytes(content[: chance.randrange(len(content) + 1)] + bytes(chance.randrange(0, 40, 13)))
    prepare(collection, RECIPE, "skip", tmp_path / "cut", quiet, jobs=2)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.parametrize("renamed", [False, True])
def test_a_kill_between_the_last_picture_and_the_manifest_changes_nothing(
    numbers: Any, tmp_path: Path, renamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(numbers(20), RECIPE, "stop", tmp_path / "whole", quiet, jobs=1)

    def killed(shape: tuple[int, ...], *descr: str) -> bytes:
        if bool(descr) == renamed:
            raise KeyboardInterrupt
        return npy_header(shape, *descr)

    with monkeypatch.context() as patch:
        patch.setattr("gan_runner.data.preparing.journal.npy_header", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare(numbers(20), RECIPE, "stop", tmp_path / "cut", quiet, jobs=1)
    assert (tmp_path / "cut" / "samples.npy").exists() == renamed
    prepare(numbers(20), RECIPE, "stop", tmp_path / "cut", quiet, jobs=1)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_the_beginning_of_another_set_is_not_gone_on_with(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="number 40"):
        prepare(numbers(100, bad=[40]), RECIPE, "stop", tmp_path, quiet, jobs=1)
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=r"has the beginning of another set, with size=4, not size=8; finish that"):
        prepare(numbers(100, bad=[40]), replace(RECIPE, size=8), "stop", tmp_path, quiet, jobs=1)
    assert contents(tmp_path) == before


def test_the_advice_to_skip_goes_on_with_what_was_begun(numbers: Any, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with pytest.raises(UsageError, match=r"number 140: .*data\.on_error=skip"):
        prepare(numbers(200, bad=[140]), RECIPE, "stop", tmp_path, quiet, jobs=1)
    prepare(numbers(200, bad=[140]), RECIPE, "skip", tmp_path, lambda *it: told.append(it), jobs=1)
    assert next(done for what, done, _ in told if what == "preparing") > 0
    assert open_prepared(tmp_path).skipped == 1
    with pytest.raises(UsageError, match=r"made with 1 broken pictures passed over, the first number 140: .*=skip$"):
        prepare(numbers(200, bad=[140]), RECIPE, "stop", tmp_path, quiet, jobs=1)
    prepare(numbers(9), RECIPE, "skip", tmp_path / "whole", quiet, jobs=1)
    prepare(numbers(9, crash=0), RECIPE, "stop", tmp_path / "whole", quiet, jobs=1)  # nothing skipped: serves both


def test_what_was_begun_under_skip_is_not_finished_under_stop(numbers: Any, tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if done == total:
            raise StopIteration

    with pytest.raises(StopIteration):
        prepare(numbers(200, bad=[3]), RECIPE, "skip", tmp_path, interrupt, jobs=1)
    with pytest.raises(UsageError, match=r"^number 3: "):
        prepare(numbers(200, bad=[3]), RECIPE, "stop", tmp_path, quiet, jobs=1)


def test_a_beginning_whose_files_have_changed_is_begun_anew_and_that_is_said(
    numbers: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UsageError, match="number 40"):
        prepare(numbers(100, bad=[40]), RECIPE, "stop", tmp_path / "set", quiet, jobs=1)
    with caplog.at_level("INFO", logger="gan_runner"):
        prepare(numbers(100), RECIPE, "stop", tmp_path / "set", quiet, jobs=1)  # the broken one was mended
    assert "have changed since this was begun; beginning anew" in caplog.text
    prepare(numbers(100), RECIPE, "stop", tmp_path / "other", quiet, jobs=1)
    assert contents(tmp_path / "set") == contents(tmp_path / "other")


def test_going_on_tells_that_what_there_is_is_read_back(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="number 90"):
        prepare(numbers(100, bad=[90]), RECIPE, "stop", tmp_path, quiet, jobs=1)
    told: list[tuple[str, int, int]] = []
    prepare(numbers(100, bad=[90]), RECIPE, "skip", tmp_path, lambda *it: told.append(it), jobs=1)
    there = told[0][2]
    assert 16 <= there < 90
    assert told[0] == ("reading back", 0, there)
    assert ("reading back", there, there) in told
    assert next(it for it in told if it[0] == "preparing") == ("preparing", there, 100)


def test_a_finished_set_is_neither_locked_nor_written_to(
    numbers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(numbers(10), RECIPE, "stop", tmp_path, quiet, jobs=1)
    for call in ("unlink", "mkdir", "touch"):
        monkeypatch.setattr(Path, call, lambda *_, **__: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    monkeypatch.setattr("gan_runner.lock.hold", lambda *_, **__: pytest.fail("was locked"))
    assert prepare(numbers(10), RECIPE, "stop", tmp_path, quiet, jobs=1).shape == (10, 1, 4, 4)


def test_the_pieces_are_short_where_pictures_are_slow_or_large_and_the_bytes_are_the_same(
    numbers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pieces(seconds: float, recipe: Recipe, room: int = workers.BYTES) -> list[Any]:
        monkeypatch.setattr(workers, "SECONDS", seconds)
        monkeypatch.setattr(workers, "BYTES", room)
        with workers.Workers(numbers(500), recipe, 1) as one:
            decoded = [(pixels.copy(), it.piece.count) for pixels, it in one.decode(recipe)]
        assert np.array_equal(np.concatenate([pixels for pixels, _ in decoded]), expected(list(range(500))))
        return [count for _, count in decoded]

    grey = replace(RECIPE, channels=1)
    assert pieces(10.0, grey) == [8, 8, 32, 32, 128, 128, 164]
    assert pieces(0.0, grey) == [8] * 62 + [4]
    assert pieces(10.0, grey, room=24 * 16) == [8, 8] + [24] * 20 + [4]
    assert pieces(10.0, grey, room=3 * 16) == [3] * 166 + [2]
    assert pieces(10.0, grey, room=1) == [1] * 500


@pytest.mark.parametrize("jobs", [1, 3])
def test_pixels_stay_until_the_next_piece_is_asked_for(
    numbers: Any, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(workers, "SECONDS", 0.0)  # pieces of 8
    grey, good = replace(RECIPE, channels=1), [k for k in range(200) if k % 50]
    with workers.Workers(numbers(200, bad=range(0, 200, 50)), grey, jobs) as several:
        seen = 0
        for pixels, decoded in several.decode(grey):
            time.sleep(0.01)  # the processes are done with all that they may begin
            assert np.array_equal(pixels, expected(good[seen : seen + len(decoded.labels)]))
            seen += len(pixels)
    assert seen == len(good)


def test_an_error_ends_the_processes_at_once(numbers: Any, tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(UsageError, match="number 3"):
        prepare(numbers(100, bad=[3], hung=12), replace(RECIPE, channels=1), "stop", tmp_path, quiet, jobs=1)
    assert time.monotonic() - start < 40  # number 12 would take a minute


def test_memory_that_runs_out_is_a_sentence_and_no_broken_picture(numbers: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^nowhere: memory ran out .*jobs=1\), or choose a smaller data\.size$"):
        prepare(numbers(20, hungry=12), RECIPE, "skip", tmp_path, quiet, jobs=1)


def test_two_at_once_do_the_work_once(numbers: Any, tmp_path: Path) -> None:
    results = []
    collection = numbers(60, delay=0.006)
    both = [
        threading.Thread(target=lambda: results.append(prepare(collection, RECIPE, "stop", tmp_path, quiet, jobs=1)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(results) == 2
    for one in results:
        verify(one, quiet)
    assert np.array_equal(np.load(tmp_path / "samples.npy"), expected(list(range(60))))


SCRIPT = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from numbers_collection import Numbers
from gan_runner.data.preparing.prepare import prepare
from gan_runner.data.preparing.recipe import Recipe
from gan_runner.errors import UsageError
def told(what, done, total):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    print(done, flush=True)
if __name__ == "__main__":
    recipe = Recipe(64, fit="stretch", resample="box")
    try:
        prepare(Numbers(int(sys.argv[3]), delay=0.0025), recipe, "stop", Path(sys.argv[2]), told, jobs=2)
    except UsageError as error:
        sys.exit(str(error))
"""


def command(tmp_path: Path, numbers: Any, count: int, file_bytes: int = resource.RLIM_INFINITY) -> list[str]:
    """A process that prepares so many pictures; it can write files of ``file_bytes`` once its workers are there."""
    (tmp_path / "script.py").write_text(SCRIPT)
    module = Path(sys.modules[numbers.__module__].__file__ or "").parent
    arguments = (tmp_path / "script.py", module, tmp_path / "set", count, file_bytes)
    return [sys.executable, *map(str, arguments)]


def test_a_disk_that_fills_up_stops_with_what_is_done_kept(numbers: Any, tmp_path: Path) -> None:
    full = subprocess.run(command(tmp_path, numbers, 70, 200_000), capture_output=True, text=True, check=False)
    assert full.returncode == 1
    told = re.search(r"the disk is full, after (\d+) of 70 pictures; they are kept: make room", full.stderr)
    assert told
    assert 16 <= int(told[1]) <= 48  # a file of 200,000 bytes has room for 48
    assert (tmp_path / "set" / "journal.jsonl").read_bytes().endswith(b"\n")
    assert "Traceback" not in full.stderr
    done = subprocess.run(command(tmp_path, numbers, 70), capture_output=True, text=True, check=True)
    assert told[1] in done.stdout.split()
    verify(open_prepared(tmp_path / "set"), quiet)


def test_no_room_for_the_shared_memory_is_a_sentence(numbers: Any, tmp_path: Path) -> None:
    full = subprocess.run(
        command(tmp_path, numbers, 70),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 1
    assert re.fullmatch(
        r"4\.2 MB of memory to share .*: File too large; make room in /dev/shm .*jobs=1\)\n", full.stderr
    )


def test_kill_9_leaves_no_process_behind(numbers: Any, tmp_path: Path) -> None:
    process = subprocess.Popen(command(tmp_path, numbers, 700), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while int(process.stdout.readline() or 999) < 21:
        pass
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 20
    while any(alive(int(child)) for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(int(child)) for child in children)


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


@pytest.mark.slow
def test_killed_at_random_ten_times_it_ends_with_the_same_bytes(numbers: Any, tmp_path: Path) -> None:
    prepare(numbers(14_000, delay=0), Recipe(64, fit="stretch", resample="box"), "stop", tmp_path / "whole", quiet)
    seconds, kills = random.Random(0), 0
    while kills < 10:
        process = subprocess.Popen(command(tmp_path, numbers, 14_000), stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds.uniform(0.7, 3.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        assert process.wait() in (0, -signal.SIGKILL)
        if process.returncode == 0:
            break
        print(f"kill {kills}: {[(p.name, p.stat().st_size) for p in (tmp_path / 'set').glob('*')]}")
    subprocess.run(command(tmp_path, numbers, 14_000), stdout=subprocess.DEVNULL, check=True)
    assert kills == 10
    assert contents(tmp_path / "set") == contents(tmp_path / "whole")


def test_more_than_one_percent_counts_what_an_index_lost(numbers: Any) -> None:
    refuse_broken(numbers(10, lost=5).broken, 500, "skip")
    with pytest.raises(UsageError, match="5 of 499"):
        refuse_broken(numbers(10, lost=5).broken, 499, "skip")


def test_arrays_of_somebody_else_are_not_touched(numbers: Any, tmp_path: Path) -> None:
    for name in ("samples.npy", "journal.jsonl"):
        (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"samples\.npy: is not of the set to be prepared here"):
        prepare(numbers(9), RECIPE, "stop", tmp_path, quiet, jobs=1)
    assert contents(tmp_path) == {"samples.npy": b"mine", "journal.jsonl": b"mine"}
