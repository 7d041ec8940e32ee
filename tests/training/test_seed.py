import random

import numpy as np
import torch

from gan_runner.training.seed import derive, isolated_rng, restore_rng_state, rng_state, seed_everything


def draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def test_derived_seeds_depend_on_every_name_and_do_not_collide() -> None:
    seeds = {derive(s, name, i) for s in range(20) for name in ("data", "weights") for i in range(20)}
    assert len(seeds) == 20 * 2 * 20
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derive(3, "data") == derive(3, "data")


def test_state_brings_every_generator_back() -> None:
    seed_everything(1)
    draws()
    state = rng_state()
    expected = [draws() for _ in range(3)]
    seed_everything(2)
    restore_rng_state(state)
    assert [draws() for _ in range(3)] == expected


def test_state_survives_a_weights_only_file(tmp_path: object) -> None:
    import io

    seed_everything(7)
    buffer = io.BytesIO()
    torch.save(rng_state(), buffer)
    expected = draws()
    buffer.seek(0)
    restore_rng_state(torch.load(buffer, weights_only=True))
    assert draws() == expected


def test_isolated_draws_leave_no_trace() -> None:
    seed_everything(1)
    expected = draws()
    seed_everything(1)
    with isolated_rng():
        seed_everything(99)
        draws()
    assert draws() == expected
