"""Made-up numbers on either side of the thresholds, for the rules of the claims on rings and on f-GAN."""

from typing import Any


def moments(modes: float, further: float, nearer: float) -> dict[str, float]:
    told = {"p, GMMN is further off than this": further, "p, GMMN is nearer than this": nearer}
    return told | {"modes occupied by GMMN (median)": modes}


def turns(single: float, *longer: tuple[float, float]) -> dict[str, float]:
    told = {f"mean modes occupied, {count}": mean for count, (mean, _) in zip(("5", "50"), longer, strict=True)}
    chances = {f"p, fewer than with 1, {count}": chance for count, (_, chance) in zip(("5", "50"), longer, strict=True)}
    return told | chances | {"mean modes occupied, 1": single}


def ratios(chance: float, *modes: float) -> dict[str, float]:
    means = zip(("1:2", "1:1", "2:1", "5:1"), modes, strict=True)
    return {"p, modes": chance} | {f"mean modes occupied, {ratio}": mean for ratio, mean in means}


RING: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C48": [
        (word, {"p, modes occupied": covered, "p, W1": apart})
        for word, covered, apart in (
            ("confirmed", 9e-3, 9e-3),
            ("undecided", 2e-2, 1e-9),
            ("undecided", 0.9, 4e-2),
            ("refuted", 6e-2, 6e-2),
        )
    ],
    "C49": [
        (word, {"smoother by both": count, "combinations": 8})
        for word, count in (("confirmed", 6), ("undecided", 5), ("undecided", 3), ("refuted", 2))
    ],
    "C52": [
        ("confirmed", ratios(0.04, 7, 8, 8, 8)),
        ("undecided", ratios(0.06, 7, 8, 8, 8)),
        ("refuted", ratios(0.06, 7.5, 8, 8, 8)),
    ],
    "C54": [
        ("confirmed", moments(4, 0.04, 0.97)),
        ("undecided", moments(4, 0.06, 0.95)),
        ("refuted", moments(8, 0.97, 0.04)),
        ("refuted", moments(3.5, 0.04, 0.97)),
    ],
    "C59": [
        ("confirmed", turns(8, (7, 0.06), (7, 0.06))),
        ("undecided", turns(8, (7, 0.06), (6.8, 0.06))),
        ("refuted", turns(8, (8, 1.0), (7, 0.04))),
    ],
    "C61": [
        (word, {"mean modes, packing 1": 6.3, "mean modes, packing 2": two, "p, packs of 2 against none": chance})
        for word, two, chance in (("confirmed", 7.9, 0.04), ("undecided", 7.9, 0.06), ("refuted", 6.3, 0.6))
    ],
    "C62": [
        (word, {"p, paired covers more": chance, "of these diverged": diverged, "runs with R1 alone": 48})
        for word, chance, diverged in (
            ("confirmed", 0.04, 25),
            ("undecided", 0.04, 24),
            ("undecided", 0.06, 48),
            ("refuted", 0.06, 24),
        )
    ],
    "C65": [
        (word, {"divergences with 4 of 5 seeds within 0.2": whole, "fits within 0.2": fits, "fits": 20})
        for word, whole, fits in (("confirmed", 4, 16), ("undecided", 3, 19), ("undecided", 0, 11), ("refuted", 2, 10))
    ],
}
