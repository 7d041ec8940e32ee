import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.data import fake
from gan_runner.data.source import Source
from gan_runner.data.stream import Stream

CPU = torch.device("cpu")


def numbered(count: int) -> Source:
    """Points that are their own index, so that a batch tells which samples it holds."""
    return Source("numbered", torch.arange(count).float().unsqueeze(1), labels=torch.arange(count))


def indices(stream: Stream, batches: int) -> list[int]:
    drawn: list[int] = []
    for _ in range(batches):
        batch = stream.next()
        assert batch.labels is not None
        assert batch.real.squeeze(1).tolist() == batch.labels.tolist()
        drawn += batch.labels.tolist()
    return drawn


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 100), st.integers(0, 5))
def test_every_epoch_is_a_permutation_and_nothing_is_dropped(count: int, batch_size: int, seed: int) -> None:
    drawn = indices(Stream(numbered(count), batch_size, seed, CPU), batches=1 + 3 * count // batch_size)
    for start in range(0, len(drawn) - count + 1, count):
        assert sorted(drawn[start : start + count]) == list(range(count))
    rest = drawn[len(drawn) // count * count :]
    assert len(set(rest)) == len(rest)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 20), st.integers(1, 5))
def test_a_restart_repeats_the_rest(count: int, batch_size: int, before: int, after: int) -> None:
    stream = Stream(numbered(count), batch_size, 7, CPU)
    indices(stream, before)
    state = stream.state_dict()
    assert state == {"drawn": before * batch_size}
    fresh = Stream(numbered(count), batch_size, 7, CPU)
    fresh.load_state_dict(state)
    assert indices(fresh, after) == indices(stream, after)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 30), st.integers(0, 10**12))
def test_the_order_does_not_depend_on_the_batch_size(count: int, one: int, other: int, drawn: int) -> None:
    orders = []
    for batch_size in (one, other):
        stream = Stream(numbered(count), batch_size, 0, CPU)
        stream.load_state_dict({"drawn": drawn})
        orders.append(indices(stream, 90 // batch_size))
    common = min(map(len, orders))
    assert orders[0][:common] == orders[1][:common]


def test_a_stream_can_be_set_back() -> None:
    stream = Stream(numbered(10), 4, 0, CPU)
    first = indices(stream, 20)
    stream.load_state_dict({"drawn": 0})
    assert indices(stream, 20) == first


def test_seeds_and_epochs_differ() -> None:
    one, other = (indices(Stream(numbered(50), 50, seed, CPU), 3) for seed in (0, 1))
    assert len({tuple(order[i : i + 50]) for order in (one, other) for i in (0, 50, 100)}) == 6


def test_orders_are_uniform() -> None:
    firsts = torch.tensor([indices(Stream(numbered(4), 1, seed, CPU), 1)[0] for seed in range(2000)])
    assert (torch.bincount(firsts, minlength=4) - 500).abs().max() < 100  # 5 standard deviations


def test_without_shuffling_the_order_is_the_sources_own() -> None:
    assert indices(Stream(numbered(3), 2, 0, CPU, shuffle=False), 4) == [0, 1, 2, 0, 1, 2, 0, 1]


def test_pictures_come_out_scaled_with_their_labels_or_none() -> None:
    source = fake.load(channels=3, size=4, count=5)
    batch = Stream(source, 5, 0, CPU, shuffle=False).next()
    assert batch.real.dtype == torch.float32
    torch.testing.assert_close(batch.real, source.samples.float() / 127.5 - 1)
    unlabelled = Source("unlabelled", source.samples)
    assert Stream(unlabelled, 2, 0, CPU).next().labels is None


def test_changing_a_batch_does_not_change_the_data() -> None:
    source = numbered(4)
    Stream(source, 4, 0, CPU).next().real.zero_()
    assert source.samples.sum() == 6


def test_the_global_random_state_is_left_alone() -> None:
    state = torch.get_rng_state()
    indices(Stream(numbered(5), 3, 0, CPU), 10)
    assert torch.equal(torch.get_rng_state(), state)


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="batch_size"):
        Stream(numbered(3), 0, 0, CPU)
