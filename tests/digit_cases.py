"""Numbers on either side of the rules of claims that look at pictures of digits."""

from typing import Any

HEADS = ("slope 1", "slope 0", "slope -1", "ELU")


def counts(agree: int, seeds: int, name: str) -> dict[str, int]:
    return {"seeds": seeds, name: agree}


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
    "C30": [
        (word, counts(better, seeds, "seeds in which least squares is better"))
        for word, better, seeds in (
            *(("confirmed", 5, 5), ("undecided", 4, 5), ("undecided", 1, 5), ("refuted", 0, 5), ("undecided", 4, 4)),
        )
    ],
    "C31": [
        (word, counts(agree, 5, "seeds that agree"))
        for word, agree in (("confirmed", 4), ("undecided", 3), ("refuted", 2))
    ],
    "C39": [
        ("confirmed", free_of_norm(1, 4, 0.04)),
        ("undecided", free_of_norm(1, 4, 0.06)),
        ("undecided", free_of_norm(2, 4, 0.04)),
        ("undecided", free_of_norm(1, 3, 0.04)),
        ("refuted", free_of_norm(1, 2, 0.04)),
        ("refuted", free_of_norm(4, 5, 0.04)),
    ],
    "C45": [
        (word, {"seeds": 5} | {f"seeds with digits, {name}": count for name, count in zip(HEADS, digits, strict=True)})
        for word, digits in (*(("confirmed", (4, 5, 4, 5)), ("undecided", (5, 5, 5, 3)), ("refuted", (5, 2, 5, 5))),)
    ],
    "C47": [
        ("confirmed", tracked(4, 0.61)),
        ("undecided", tracked(3, 0.61)),
        ("undecided", tracked(5, 0.6)),
        ("refuted", tracked(5, 0.29)),
        ("refuted", tracked(2, 0.9)),
    ],
    "C51": [
        (word, {"seeds": 5, "seeds with one digit, as posted": one, "seeds with several digits, as posted": several})
        for word, one, several in (("confirmed", 4, 1), ("undecided", 3, 2), ("undecided", 0, 0), ("refuted", 2, 3))
    ],
    "C66": [
        ("confirmed", survivors((5, 4), (0, 1))),
        ("undecided", survivors((5, 4), (0, 2))),
        ("undecided", survivors((2, 4), (0, 0))),
        ("refuted", survivors((1, 2), (0, 0))),
        ("refuted", survivors((0, 0), (0, 1))),
        ("undecided", survivors((0, 0), (0, 0))),
        ("refuted", survivors((5, 5), (4, 5))),
    ],
}
