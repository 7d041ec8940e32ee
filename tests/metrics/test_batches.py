import torch

from gan_runner.data import fake, swiss_roll
from gan_runner.metrics import batches
from gan_runner.metrics.batches import batches_of, random_part

CPU = torch.device("cpu")


def test_a_random_part_is_the_same_every_time_and_never_takes_a_sample_twice() -> None:
    source = swiss_roll.load(count=50)
    state = torch.get_rng_state()
    chosen = random_part(source, 20, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(chosen, random_part(source, 20, seed=1))
    assert not torch.equal(chosen, random_part(source, 20, seed=2))
    assert len(chosen.unique()) == 20
    assert torch.equal(random_part(source, 80, seed=1).sort().values, torch.arange(50))


def test_batches_are_the_samples_asked_for_as_networks_see_them() -> None:
    source = fake.load(size=4, count=1200)
    index = torch.arange(1199, -1, -1)
    seen = list(batches_of(source, index, CPU))
    assert [len(batch) for batch in seen] == [batches.EXAMINE_BATCH, batches.EXAMINE_BATCH, 200]
    assert torch.equal(torch.cat(seen), source.normalize(source.take(index)))
