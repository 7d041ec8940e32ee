import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.data.order import Order

CPU = torch.device("cpu")


@settings(deadline=None)
@given(count=st.integers(1, 30), starts=st.lists(st.integers(0, 200), min_size=1, max_size=6), take=st.integers(1, 70))
def test_orders_and_coins_are_functions_of_the_position(count: int, starts: list[int], take: int) -> None:
    whole = Order(count, 3, True, CPU)
    order, coins = whole.at(0, 300), whole.coins(0, 300)
    asked = Order(count, 3, True, CPU)
    for start in starts:  # in any sequence, forwards and back
        assert torch.equal(asked.at(start, take), order[start : start + take])
        assert torch.equal(asked.coins(start, take), coins[start : start + take])


def test_coins_are_fair_and_new_in_every_epoch_and_for_every_seed() -> None:
    one, other = (Order(5000, seed, True, CPU).coins(0, 10_000) for seed in (0, 1))
    for coins in (one[:5000], one[5000:], other[:5000], one[:5000] ^ one[5000:], one[:5000] ^ other[:5000]):
        assert abs(coins.sum().item() - 2500) < 177  # 5 standard deviations


def test_coins_do_not_move_the_order() -> None:
    plain, tossed = Order(50, 0, True, CPU), Order(50, 0, True, CPU)
    tossed.coins(0, 120)
    assert torch.equal(plain.at(0, 120), tossed.at(0, 120))
