"""Made-up numbers on either side of the thresholds, for the rules of the claims on codes and on labels."""

from typing import Any


def fulfilled(seeds: int, together: int, *each: int) -> dict[str, int]:
    names = ("information", "matching", "stronger code")
    told = {f"seeds that fulfil it, {name}": count for name, count in zip(names, each, strict=True)}
    return {"seeds": seeds, "seeds that fulfil all three": together} | told


def followed(ratio: float, accuracy: float, rise: float = 0.0) -> dict[str, float]:
    told = {"mean label accuracy": accuracy, "rise in the last quarter": rise}
    return {"weights, one-hot / map": ratio} | told


CODES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C57": [
        ("confirmed", fulfilled(4, 3, 4, 3, 4)),
        ("undecided", fulfilled(4, 2, 4, 3, 3)),
        ("refuted", fulfilled(4, 2, 4, 2, 4)),
        ("refuted", fulfilled(4, 0, 4, 4, 0)),
        ("undecided", fulfilled(5, 3, 5, 3, 5)),
        ("confirmed", fulfilled(1, 1, 1, 1, 1)),
        ("refuted", fulfilled(1, 0, 1, 1, 0)),
    ],
    "C68": [
        ("confirmed", followed(5.1, 0.81)),
        ("undecided", followed(5.1, 0.8)),
        ("undecided", followed(5.1, 0.4)),
        ("refuted", followed(5.1, 0.39, 0.04)),
        ("undecided", followed(5.1, 0.39, 0.06)),
        ("refuted", followed(5.0, 0.9)),
    ],
}
