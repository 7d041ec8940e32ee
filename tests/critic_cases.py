"""Made-up numbers on either side of the thresholds, for the rules of the claims on WGAN's critics on a ring."""

from typing import Any


def change(squares: tuple[float, float], penalised: float) -> dict[str, float]:
    values = {"low, least squares": squares[0], "high, least squares": squares[1], "low, GP": penalised}
    return {f"W1 at 20 less at 1, {name}": value for name, value in values.items()}


def tracks(clip: float, penalised: float, bound: float) -> dict[str, float]:
    values = {"WGAN, clipped": clip, "WGAN-GP": penalised, "JS bound of GAN": bound}
    return {f"median correlation, {name}": value for name, value in values.items()}


def covered(clip: int, penalised: int) -> dict[str, int]:
    return {"runs a kind": 10, "runs with 7 modes, clip": clip, "runs with 7 modes, GP": penalised}


def unsteady(momentum: int, without: int, p: float) -> dict[str, float]:
    return {"unstable with momentum": momentum, "unstable without": without, "p of Fisher's test": p}


def arrival(non_saturating: int | None, squares: int | None, clip: int | None) -> dict[str, int | None]:
    values = {"non-saturating": non_saturating, "least squares": squares, "clip": clip}
    return {f"steps of G, {name}": value for name, value in values.items()}


def heads(sigmoid: int, tanh: int) -> dict[str, int]:
    counted = {"sigmoid": sigmoid, "tanh": tanh}
    return {"seeds": 10} | {f"seeds in which linear is better, {name}": count for name, count in counted.items()}


CRITICS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C29": [
        ("confirmed", change((0.01, 0.3), -0.01)),
        ("undecided", change((0.01, 0.3), 0.01)),
        ("undecided", change((-0.01, 0.01), -0.01)),
        ("refuted", change((-0.3, -0.01), 0.01)),
    ],
    "C32": [
        ("confirmed", tracks(0.81, 0.81, -0.39)),
        ("undecided", tracks(0.79, 0.81, 0.0)),
        ("undecided", tracks(0.81, 0.81, 0.41)),
        ("refuted", tracks(0.39, 0.9, 0.0)),
        ("refuted", tracks(0.9, 0.9, -0.81)),
    ],
    "C33": [
        (word, {"correlation over all runs": value})
        for word, value in (("confirmed", 0.81), ("undecided", 0.8), ("undecided", 0.4), ("refuted", 0.39))
    ],
    "C37": [
        ("confirmed", covered(9, 10)),
        ("undecided", covered(8, 10)),
        ("undecided", covered(10, 6)),
        ("refuted", covered(10, 5)),
    ],
    "C38": [
        ("confirmed", unsteady(20, 10, 0.049)),
        ("undecided", unsteady(15, 10, 0.051)),
        ("refuted", unsteady(10, 10, 0.5)),
    ],
    "C41": [
        ("refuted", heads(5, 10)),
        ("undecided", heads(4, 10)),
        ("undecided", heads(2, 2)),
        ("confirmed", heads(1, 10)),
    ],
    "C42": [
        ("confirmed", arrival(400, 600, 1230)),
        ("confirmed", arrival(None, 480, None)),
        ("undecided", arrival(600, 510, None)),
        ("undecided", arrival(600, 510, 1500)),
        ("undecided", arrival(None, None, 900)),
        ("refuted", arrival(600, 900, 600)),
    ],
}
