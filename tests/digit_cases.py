"""Numbers on either side of the rules of claims that look at pictures of digits."""

from typing import Any


def free_of_norm(gan: int, wgan: int, chance: float) -> dict[str, Any]:
    counts = {"GAN": gan, "WGAN": wgan}
    learned = {f"seeds with digits, {loss}, no norm": count for loss, count in counts.items()}
    return {"seeds": 5, "p, GAN less diverse with the MLP": chance} | learned


def tracked(stable: int, correlation: float) -> dict[str, Any]:
    return {"seeds": 5, "seeds that are stable": stable, "median correlation": correlation}


def survivors(squares: tuple[int, int], entropy: tuple[int, int]) -> dict[str, Any]:
    counts = {"LSGAN": squares, "GAN": entropy}
    named = {
        f"seeds that survive, {loss}, {name}": count
        for loss, pair in counts.items()
        for name, count in zip(("shifted", "turned"), pair, strict=True)
    }
    return {"seeds": 5} | named


DIGITS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C39": [
        ("confirmed", free_of_norm(1, 4, 0.04)),
        ("undecided", free_of_norm(1, 4, 0.06)),
        ("undecided", free_of_norm(2, 4, 0.04)),
        ("undecided", free_of_norm(1, 3, 0.04)),
        ("refuted", free_of_norm(1, 2, 0.04)),
        ("refuted", free_of_norm(4, 5, 0.04)),
    ],
    "C47": [
        ("confirmed", tracked(4, 0.61)),
        ("undecided", tracked(3, 0.61)),
        ("undecided", tracked(5, 0.6)),
        ("refuted", tracked(5, 0.29)),
        ("refuted", tracked(2, 0.9)),
    ],
    "C66": [
        ("confirmed", survivors((5, 4), (0, 1))),
        ("undecided", survivors((5, 4), (0, 2))),
        ("undecided", survivors((2, 4), (0, 0))),
        ("refuted", survivors((1, 2), (0, 0))),
        ("refuted", survivors((5, 5), (4, 5))),
    ],
}
