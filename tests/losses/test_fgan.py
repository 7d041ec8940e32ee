"""The table of divergences against independent formulas: phi and phi* in their textbook form, the optima by search."""

from typing import get_args, get_type_hints

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import lambertw

from gan_runner.losses.fgan import DIVERGENCES, VariationalDivergence
from gan_runner.losses.gan import Minimax
from gan_runner.losses.nonsaturating import NonSaturating

NAMES = list(DIVERGENCES)
PHI = {
    "total_variation": lambda u: abs(u - 1) / 2,
    "kl": lambda u: u * np.log(u),
    "reverse_kl": lambda u: -np.log(u),
    "pearson": lambda u: (u - 1) ** 2,
    "neyman": lambda u: (1 - u) ** 2 / u,
    "squared_hellinger": lambda u: (np.sqrt(u) - 1) ** 2,
    "jeffrey": lambda u: (u - 1) * np.log(u),
    "jensen_shannon": lambda u: u * np.log(u) - (u + 1) * np.log((u + 1) / 2),
    "gan": lambda u: u * np.log(u) - (u + 1) * np.log(u + 1),
}
PHI_SLOPE = {
    "total_variation": lambda u: np.sign(u - 1) / 2,
    "kl": lambda u: np.log(u) + 1,
    "reverse_kl": lambda u: -1 / u,
    "pearson": lambda u: 2 * (u - 1),
    "neyman": lambda u: 1 - 1 / u**2,
    "squared_hellinger": lambda u: 1 - 1 / np.sqrt(u),
    "jeffrey": lambda u: np.log(u) + 1 - 1 / u,
    "jensen_shannon": lambda u: np.log(2 * u / (u + 1)),
    "gan": lambda u: np.log(u / (u + 1)),
}


def jeffrey(t):
    w = lambertw(np.exp(1 - t)).real
    return w + 1 / w + t - 2


CONJUGATE = {
    "total_variation": lambda t: t,
    "kl": lambda t: np.exp(t - 1),
    "reverse_kl": lambda t: -1 - np.log(-t),
    "pearson": lambda t: t**2 / 4 + t,
    "neyman": lambda t: 2 - 2 * np.sqrt(1 - t),
    "squared_hellinger": lambda t: t / (1 - t),
    "jeffrey": jeffrey,
    "jensen_shannon": lambda t: -np.log(2 - np.exp(t)),
    "gan": lambda t: -np.log(1 - np.exp(t)),
}
ACTIVATION = {
    "total_variation": lambda v: np.tanh(v) / 2,
    "kl": lambda v: v,
    "reverse_kl": lambda v: -np.exp(-v),
    "pearson": lambda v: v,
    "neyman": lambda v: 1 - np.exp(-v),
    "squared_hellinger": lambda v: 1 - np.exp(-v),
    "jeffrey": lambda v: v,
    "jensen_shannon": lambda v: np.log(2) - np.log1p(np.exp(-v)),
    "gan": lambda v: -np.log1p(np.exp(-v)),
}
UPPER = {"reverse_kl": 0.0, "neyman": 1.0, "squared_hellinger": 1.0, "jensen_shannon": np.log(2), "gan": 0.0}
SCORES = np.array([-5.5, -3.0, -1.9, -0.6, 0.0, 0.3, 1.0, 2.5, 6.0])

each_divergence = pytest.mark.parametrize("name", NAMES)


def activation(name, v):
    return DIVERGENCES[name].activation(torch.tensor(v, dtype=torch.float64)).numpy()


def conjugate(name, v):
    return DIVERGENCES[name].conjugate(torch.tensor(v, dtype=torch.float64)).numpy()


def highest(name, t):
    """The supremum over u > 0 of t u - phi(u), which has one peak: that is phi*(t)."""
    found = minimize_scalar(
        lambda log_u: PHI[name](np.exp(log_u)) - t * np.exp(log_u),
        bounds=(-40.0, 40.0),
        method="bounded",
        options={"xatol": 1e-11},
    )
    return -found.fun


def test_the_table_holds_what_the_setting_offers():
    assert list(get_args(get_type_hints(VariationalDivergence)["divergence"])) == NAMES == list(PHI)


@each_divergence
def test_conjugate_is_the_supremum(name):
    scores = SCORES[SCORES >= -2] if name == "pearson" else SCORES
    wanted = [highest(name, t) for t in activation(name, scores)]
    np.testing.assert_allclose(conjugate(name, scores), wanted, rtol=1e-8, atol=1e-8)


def test_pearsons_conjugate_lies_above_where_the_best_density_ratio_would_be_negative():
    for v in (-2.5, -4.0, -9.0):
        assert highest("pearson", v) == pytest.approx(-1.0, abs=1e-8)
        assert conjugate("pearson", v) > -1.0


@each_divergence
def test_activation_rises_within_the_domain(name):
    t = activation(name, np.linspace(-8, 8, 401))
    assert (np.diff(t) > 0).all()
    assert t.max() < UPPER.get(name, np.inf)
    if name == "total_variation":
        assert abs(t).max() < 0.5


@each_divergence
def test_values_and_slopes(name, scores, differentiate):
    loss = VariationalDivergence(name)
    step = 1e-5
    for side, term, formula in (
        (0, loss.real_term, lambda v: -ACTIVATION[name](v)),
        (1, loss.fake_term, lambda v: CONJUGATE[name](ACTIVATION[name](v))),
    ):
        places = scores[side].clip(-12, 12)  # the textbook forms lose their digits further out
        value, slopes = differentiate(term, places)
        np.testing.assert_allclose(value, formula(places).mean(), rtol=1e-6)
        wanted = (formula(places + step) - formula(places - step)) / (2 * step)
        np.testing.assert_allclose(slopes * len(places), wanted, rtol=1e-5, atol=1e-6)


@each_divergence
def test_generator_forms(name, scores):
    fake = torch.from_numpy(scores[1].clip(-12, 12))
    rising, zero_sum = VariationalDivergence(name), VariationalDivergence(name, "minimax")
    assert rising.form == "nonsaturating"
    np.testing.assert_allclose(rising.generator(None, fake), -ACTIVATION[name](fake.numpy()).mean(), rtol=1e-9)
    assert torch.equal(zero_sum.generator(None, fake), -zero_sum.fake_term(fake))


@each_divergence
def test_best_discriminator_is_phis_slope_at_the_ratio_and_measures_the_divergence(name, best_scores):
    p_real, p_fake = np.random.default_rng(4).dirichlet(np.full(12, 3.0), size=2)
    loss = VariationalDivergence(name)
    best = best_scores(loss, p_real, p_fake)
    np.testing.assert_allclose(activation(name, best), PHI_SLOPE[name](p_real / p_fake), rtol=1e-6, atol=1e-8)
    least = (p_fake * conjugate(name, best) - p_real * activation(name, best)).sum()
    divergence = (p_fake * PHI[name](p_real / p_fake)).sum()
    assert least == pytest.approx(-divergence, rel=1e-8)
    for nudge in (-0.05, 0.05):
        worse = (p_fake * conjugate(name, best + nudge) - p_real * activation(name, best + nudge)).sum()
        assert worse >= least


@each_divergence
def test_both_generators_agree_where_real_and_fake_look_alike(name, differentiate):
    threshold = np.array([1.0 if name == "kl" else 0.0])
    np.testing.assert_allclose(activation(name, threshold), PHI_SLOPE[name](1.0), atol=1e-12)
    slopes = [
        differentiate(lambda f, form=form: VariationalDivergence(name, form).generator(None, f), threshold)[1]
        for form in ("minimax", "nonsaturating")
    ]
    np.testing.assert_allclose(*slopes, rtol=1e-9)
    assert slopes[0] < 0


@each_divergence
@pytest.mark.parametrize("form", ["minimax", "nonsaturating"])
def test_real_scores_rise_fakes_fall_and_the_generator_lifts_its_fakes(name, form):
    loss, scores = VariationalDivergence(name, form), torch.linspace(-1.9, 3.0, 30, requires_grad=True)
    for objective, sign in ((loss.real_term, -1), (loss.fake_term, 1), (lambda f: loss.generator(None, f), -1)):
        (slopes,) = torch.autograd.grad(objective(scores), scores)
        assert (sign * slopes > 0).all()


def test_gan_is_the_first_gan_and_jensen_shannon_has_its_gradients(scores, differentiate):
    real, fake = scores
    for form, known in (("minimax", Minimax()), ("nonsaturating", NonSaturating())):
        same, shifted = (VariationalDivergence(name, form) for name in ("gan", "jensen_shannon"))
        for term, at in (("real_term", real), ("fake_term", fake)):
            value, slopes = differentiate(getattr(known, term), at)
            for loss, offset in ((same, 0.0), (shifted, -np.log(2))):
                found, found_slopes = differentiate(getattr(loss, term), at)
                assert found == pytest.approx(value + offset, abs=1e-12)
                np.testing.assert_allclose(found_slopes, slopes, rtol=1e-12)
        np.testing.assert_allclose(
            differentiate(lambda f, loss=shifted: loss.generator(None, f), fake)[1],
            differentiate(lambda f, known=known: known.generator(None, f), fake)[1],
            rtol=1e-12,
        )


FAR = dict.fromkeys(NAMES, (-1e4, 1e4)) | {
    "kl": (-1e4, 80.0),
    "jeffrey": (-1e4, 80.0),
    "reverse_kl": (-80.0, 1e4),
    "neyman": (-80.0, 1e4),
    "squared_hellinger": (-80.0, 80.0),
}


@each_divergence
@pytest.mark.parametrize("side", [0, 1])
def test_far_scores_stay_finite_in_float32_as_far_as_documented(name, side):
    score = torch.tensor([FAR[name][side]], requires_grad=True)
    for form in ("minimax", "nonsaturating"):
        loss = VariationalDivergence(name, form)
        for objective in (loss.real_term, loss.fake_term, lambda f, loss=loss: loss.generator(None, f)):
            value = objective(score)
            assert value.isfinite()
            assert torch.autograd.grad(value, score)[0].isfinite().all()


def test_jeffreys_conjugate_keeps_its_digits_far_out():
    v = torch.tensor([-1e4, -300.0, -40.0, 40.0, 300.0], dtype=torch.float64, requires_grad=True)
    value = DIVERGENCES["jeffrey"].conjugate(v)
    (u,) = torch.autograd.grad(value.sum(), v)
    # phi'(u) = v at the best u, and there phi*(v) = u v - phi(u) = u + log u - 1.
    torch.testing.assert_close(u.log() + 1 - 1 / u, v.detach(), rtol=1e-12, atol=0)
    torch.testing.assert_close(value.detach(), u + u.log() - 1, rtol=1e-12, atol=0)
