"""Made-up numbers on either side of the thresholds, for the rules of exact claims and of those with their own loops."""

from typing import Any

TOYS = ("8 Gaussians", "25 Gaussians", "Swiss roll")
LS = ("(0, 1, 1)", "(-1, 1, 0)")


def errors(name: str, *values: float) -> dict[str, float]:
    return {f"{name}, {labels}": value for labels, value in zip(LS, values, strict=True)}


def counts(agree: int, seeds: int, name: str) -> dict[str, int]:
    return {"seeds": seeds, name: agree}


def push(rejected: float, accepted: float, *squares: float) -> dict[str, float]:
    told = errors("push at score 6, least squares", *squares)
    return {"push at score 6, non-saturating": accepted, "largest difference from the formulas": rejected} | {
        name.replace("squares, ", "squares "): value for name, value in told.items()
    }


def ends(clip: float, penalised: float, minimax: float) -> dict[str, float]:
    values = {"WGAN, clipped": clip, "WGAN-GP": penalised, "minimax": minimax}
    return {f"|theta| at the end, {name}": value for name, value in values.items()}


def runaway(growth: float, clip: float, slope: float) -> dict[str, float]:
    return {
        "growth over the last half, no limit": growth,
        "gap at the end, clipped": clip,
        "bound of the gap, clipped": 3.0,
        "slope at the end, penalised": slope,
    }


def flat(most: int) -> dict[str, Any]:
    return {"ends where it is flat, D": 1, "ends where it is flat, G": most, "scores": [0.0]}


def beside(added: float, error: float) -> dict[str, float]:
    return {
        "largest term beside the means, WGAN": added,
        "largest relative error of 10 E(|grad f| - 1)^2, WGAN-GP": error,
    }


def at_the_bound(clipped: tuple[float, ...], penalised: float) -> dict[str, float]:
    shares = {f"share at the bound, clipped, {toy}": share for toy, share in zip(TOYS, clipped, strict=True)}
    return shares | {f"share at the bound, penalised, {toy}": penalised for toy in TOYS}


def radii(gan: float, wgan: float, penalised: float) -> dict[str, float]:
    return {"end / start, GAN": gan, "end / start, WGAN": wgan, "end / start, GAN + R1": penalised}


def power(linear: int, gaussian: int) -> dict[str, int]:
    return {"trials": 100, "told apart, linear kernel": linear, "told apart, Gaussian kernel": gaussian}


EXACT: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "C01": [
        ("confirmed", errors("largest error", 0.019, 0.019)),
        ("undecided", errors("largest error", 0.021, 0.01)),
        ("refuted", errors("largest error", 0.01, 0.21)),
    ],
    "C02": [
        (word, {"largest relative error, (-1, 1, 0)": holds, "smallest relative error, (0, 1, 1)": fails})
        for word, holds, fails in (("confirmed", 9e-7, 0.011), ("undecided", 9e-7, 0.009), ("refuted", 2e-6, 0.5))
    ],
    "C03": [
        (word, {"largest |C - 1|, best discriminator": value, "largest gradient, best discriminator": gradient})
        for word, value, gradient in (("confirmed", 9e-7, 9e-7), ("refuted", 2e-6, 0.0), ("refuted", 0.0, 2e-6))
    ],
    "C04": [
        ("confirmed", push(0.0, 0.01, 1.01, 1.01)),
        ("refuted", push(0.0, 0.01, 1.01, 0.99)),
        ("refuted", push(1e-5, 0.01, 5, 5)),
    ],
    "C05": [
        (word, {"length of flat part, cross-entropy": entropy, "length of flat part, least squares": squares})
        for word, entropy, squares in (("confirmed", 1.1, 0.009), ("refuted", 0.9, 0.0), ("refuted", 9.0, 0.011))
    ],
    "C06": [
        (word, {"largest |W1 - |theta||": w1, "smallest estimate of JS": js})
        for word, w1, js in (("confirmed", 0.019, 0.651), ("undecided", 0.021, 0.69), ("refuted", 0.021, 0.649))
    ],
    "C07": [
        ("confirmed", ends(0.049, 0.049, 0.51)),
        ("undecided", ends(0.051, 0.01, 0.51)),
        ("undecided", ends(0.01, 0.01, 0.49)),
        ("refuted", ends(0.01, 0.051, 0.49)),
    ],
    "C08": [
        (word, {"largest relative error, minimax": first, "largest relative error, non-saturating": second})
        for word, first, second in (("confirmed", 9e-4, 9e-4), ("refuted", 2e-3, 0.0), ("refuted", 0.0, 2e-3))
    ],
    "C09": [
        ("confirmed", runaway(10.1, 2.9, 1.09)),
        ("undecided", runaway(10.1, 2.9, 1.11)),
        ("undecided", runaway(10.1, 3.1, 1.0)),
        ("refuted", runaway(9.9, 2.9, 1.0)),
    ],
    "C10": [
        (word, {"LSGAN / WGAN-GP": ratio})
        for word, ratio in (("confirmed", 3.1), ("undecided", 2.9), ("undecided", 1.0), ("refuted", 0.9))
    ],
    "C11": [
        (word, counts(agree, 20, "seeds below 0.1"))
        for word, agree in (("confirmed", 16), ("undecided", 15), ("undecided", 11), ("refuted", 10))
    ],
    "C12": [
        (word, counts(agree, 20, "seeds below 0.1, normal"))
        for word, agree in (("confirmed", 16), ("undecided", 15), ("undecided", 11), ("refuted", 10))
    ],
    "C13": [
        ("confirmed", power(9, 91)),
        ("undecided", power(9, 90)),
        ("undecided", power(10, 91)),
        ("refuted", power(10, 90)),
    ],
    "C14": [(word, {"largest relative error": error}) for word, error in (("confirmed", 9e-6), ("refuted", 2e-5))],
    "C15": [
        (word, {"largest relative error, linear kernel": error})
        for word, error in (("confirmed", 9e-7), ("refuted", 2e-6))
    ],
    "C16": [
        ("confirmed", beside(2e-6, 0.0)),
        ("refuted", beside(0.0, 9e-4)),
        ("undecided", beside(0.0, 2e-3)),
    ],
    "C17": [("confirmed", flat(2)), ("refuted", flat(1))],
    "C18": [
        (word, {f"fall from peak to end, LS {labels}": fall for labels, fall in zip(LS, falls, strict=True)})
        for word, falls in (("confirmed", (99, 99)), ("undecided", (101, 99)), ("refuted", (101, 101)))
    ],
    "C19": [
        (word, {"fall from peak to end": fall})
        for word, fall in (("confirmed", 1000), ("undecided", 999), ("undecided", 10), ("refuted", 9.9))
    ],
    "C20": [
        (word, {"late / early variance": growth})
        for word, growth in (("confirmed", 10.1), ("undecided", 9.9), ("undecided", 2), ("refuted", 1.9))
    ],
    "C34": [
        ("confirmed", at_the_bound((0.51, 0.51, 0.9), 0.049)),
        ("undecided", at_the_bound((0.51, 0.51, 0.9), 0.051)),
        ("undecided", at_the_bound((0.49, 0.51, 0.9), 0.0)),
        ("refuted", at_the_bound((0.49, 0.49, 0.1), 0.0)),
    ],
    "C35": [
        (word, {f"growth per layer, {name}": value for name, value in growths.items()})
        for word, growths in (
            ("confirmed", {"clip 0.1": 0.51, "clip 0.01": -0.51, "clip 0.001": -2, "penalised": 0.09}),
            ("undecided", {"clip 0.1": 0.51, "clip 0.01": -0.51, "clip 0.001": -2, "penalised": -0.11}),
            ("undecided", {"clip 0.1": 0.49, "clip 0.01": -0.51, "clip 0.001": -2, "penalised": 0.0}),
            ("refuted", {"clip 0.1": 0.49, "clip 0.01": -0.49, "clip 0.001": 0, "penalised": 0.0}),
        )
    ],
    "C36": [
        (word, {f"penalised / clipped, {toy}": ratio for toy, ratio in zip(TOYS, ratios, strict=True)})
        for word, ratios in (
            *(("confirmed", (2.1, 2.1, 9)), ("undecided", (1.9, 1.9, 2.1)), ("refuted", (1.9, 1.9, 0))),
        )
    ],
    "C40": [
        (word, {"bound": 0.01, "largest weight, as printed": largest})
        for word, largest in (("confirmed", 0.01), ("refuted", 0.0101))
    ],
    "C43": [
        (word, {"difference of the losses, slope 1": loss, "largest difference of the gradients, slope 1": gradient})
        for word, loss, gradient in (("confirmed", 9e-7, 9e-7), ("refuted", 2e-6, 0), ("refuted", 0, 2e-6))
    ],
    "C44": [
        (word, {f"angle between gradients, slope {slope}": angle for slope in ("1", "0", "-1")})
        for word, angle in (("confirmed", 9e-4), ("refuted", 2e-3))
    ],
    "C46": [
        (word, {f"|f(y)| / |f(x)| at the end, slope {name}, G learns": end for name, end in (("-1", a), ("-0.5", b))})
        for word, a, b in (("confirmed", 0.09, 0.09), ("undecided", 0.09, 0.1), ("refuted", 0.1, 0.1))
    ],
    "C53": [
        (word, {"push at D = 0.03, squared error": squared, "push at D = 0.03, non-saturating": other})
        for word, squared, other in (("confirmed", 9e-4, 0.91), ("refuted", 2e-3, 0.97), ("refuted", 9e-4, 0.89))
    ],
    "C55": [
        (word, {"median correlation": value})
        for word, value in (("confirmed", 0.81), ("undecided", 0.8), ("undecided", 0.4), ("refuted", 0.39))
    ],
    "C63": [
        ("confirmed", radii(1.019, 0.981, 9e-4)),
        ("undecided", radii(1.021, 1.0, 9e-4)),
        ("undecided", radii(1.0, 1.0, 2e-3)),
        ("refuted", radii(1.0, 0.979, 2e-3)),
    ],
}
