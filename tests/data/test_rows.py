import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.data.rows import Array, FileRows
from gan_runner.errors import UsageError


def written(folder: Path, counts: list[int], offset: int = 5) -> tuple[FileRows, torch.Tensor]:
    """Arrays of random rows in files of their own, and the same rows in memory."""
    generator = np.random.default_rng(0)
    arrays, contents = [], []
    for number, count in enumerate(counts):
        content = generator.integers(0, 256, (count, 2, 3), dtype=np.uint8)
        path = folder / f"{number}.bin"
        path.write_bytes(b"\xff" * offset + content.tobytes())
        arrays.append(Array(path, offset, content.shape))
        contents.append(content)
    return FileRows(arrays), torch.from_numpy(np.concatenate(contents))


@settings(deadline=None, max_examples=30)
@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=4), data=st.data())
def test_rows_are_those_of_the_files_one_after_the_other(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], data: st.DataObject
) -> None:
    rows, content = written(tmp_path_factory.mktemp("rows"), counts)
    assert rows.shape == content.shape
    assert rows.nbytes == content.numel()
    assert torch.equal(rows.load(), content)
    index = torch.tensor(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=12)), dtype=torch.int64)
    assert torch.equal(rows.take(index), content[index])
    part = rows.part(index)
    assert len(part) == len(index)
    assert torch.equal(part.load(), content[index])
    if len(index):
        again = torch.tensor(data.draw(st.lists(st.integers(0, len(index) - 1), max_size=5)), dtype=torch.int64)
        assert torch.equal(part.part(again).load(), content[index][again])


def test_a_file_cut_short_under_training_is_a_sentence(tmp_path: Path) -> None:
    rows, content = written(tmp_path, [4])
    (tmp_path / "0.bin").write_bytes((tmp_path / "0.bin").read_bytes()[: 5 + 2 * 6 + 3])
    assert torch.equal(rows.take(torch.tensor([1])), content[1:2])
    with pytest.raises(UsageError, match=r"0\.bin: ends before row 2; it was cut short"):
        rows.take(torch.tensor([0, 2]))


def test_rows_travel_to_another_process(tmp_path: Path) -> None:
    rows, content = written(tmp_path, [4, 2])
    copy = pickle.loads(pickle.dumps(rows.part(torch.tensor([5, 0]))))
    assert torch.equal(copy.load(), content[[5, 0]])
