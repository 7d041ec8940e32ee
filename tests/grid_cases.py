"""Made-up numbers on either side of the thresholds, for the rules of the claims on LSGAN's own experiments."""

from typing import Any


def collapse(collapsed: int, first: float, learned: int) -> dict[str, float]:
    return {
        "seeds": 10,
        "collapsed, GAN, non-saturating": collapsed,
        "median first step with fewer than 7 modes, GAN, non-saturating": first,
        "learned all, LSGAN (0, 1, 1)": learned,
    }


def learned(seeds: int, **cells: int) -> dict[str, int]:
    """Return counts of seeds that learn; ``NS_adam_not=3`` is GAN, Adam, norm not in G."""
    words = {"NS": "GAN", "LS": "LSGAN", "adam": "Adam", "rms": "RMSProp", "not": "not in G", "none": "nowhere"}
    told = {key: [words[word] for word in key.split("_")] for key in cells}
    return {"seeds": seeds} | {
        f"seeds that learn, {told[key][0]}, {told[key][1]}, norm {told[key][2]}": count for key, count in cells.items()
    }


def alike(difference: float, overlap: bool) -> dict[str, Any]:
    names = ("RMSProp, norm not in G", "Adam, norm nowhere")
    differences = {
        f"difference of the shares, {name}": value for name, value in zip(names, (difference, 0.0), strict=True)
    }
    return differences | {
        f"intervals overlap, {name}": value for name, value in zip(names, (overlap, True), strict=True)
    }


GRID: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C21": [
        ("confirmed", collapse(8, 10_000, 8)),
        ("undecided", collapse(8, 20_001, 8)),
        ("undecided", collapse(7, 15_000, 6)),
        ("refuted", collapse(10, 15_000, 5)),
        ("refuted", collapse(5, 15_000, 10)),
    ],
    "C22": [
        (word, {"seeds": 10, "seeds in which (-1, 1, 0) is nearer": nearer, "sign test, p": p})
        for word, nearer, p in (("confirmed", 9, 0.02), ("undecided", 8, 0.11), ("refuted", 1, 0.02))
    ],
    "C23": [
        (word, learned(10, LS_adam_not=squares, NS_adam_not=entropy) | {"p by Fisher": p})
        for word, squares, entropy, p in (
            ("confirmed", 5, 0, 0.03),
            ("undecided", 4, 0, 0.09),
            ("undecided", 10, 5, 0.03),
            ("refuted", 10, 6, 0.09),
            ("refuted", 0, 0, 1.0),
        )
    ],
    "C24": [
        (word, {"seeds": 10, "seeds with at most 5 classes, GAN": few, "seeds with all 10 classes, GAN": whole})
        for word, few, whole in (("confirmed", 8, 0), ("undecided", 7, 3), ("undecided", 0, 7), ("refuted", 0, 8))
    ],
    "C25": [
        (word, {"seeds": 10, "seeds in which LSGAN is nearer": nearer, "sign test, p": p})
        for word, nearer, p in (("confirmed", 9, 0.02), ("undecided", 8, 0.11), ("refuted", 1, 0.02))
    ],
    "C26": [
        ("confirmed", alike(0.29, True)),
        ("undecided", alike(0.3, True)),
        ("refuted", alike(0.9, False)),
    ],
    "C27": [
        (word, {"runs that learn, RMSProp": stable, "runs that learn, Adam": other, "p by Fisher": p})
        for word, stable, other, p in (("confirmed", 20, 9, 0.01), ("undecided", 12, 9, 0.6), ("refuted", 9, 20, 0.01))
    ],
    "C28": [
        (
            word,
            {
                "seeds": 5,
                "seeds that learn with some set of labels, one Adam": most,
                "seeds that learn with every set of labels, one Adam": least,
                "seeds that learn with every set of labels, two Adams": two,
            },
        )
        for word, most, least, two in (
            ("confirmed", 1, 0, 4),
            ("undecided", 1, 0, 3),
            ("undecided", 5, 3, 5),
            ("refuted", 5, 4, 5),
        )
    ],
    "C50": [
        (word, {"seeds": 5, "seeds above 0.5, as posted": above})
        for word, above in (("confirmed", 4), ("undecided", 3), ("undecided", 2), ("refuted", 1))
    ],
}
