import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from gan_runner.regularizers.auxiliary_classifier import AuxiliaryClassifier
from gan_runner.regularizers.mutual_information import MutualInformation
from gan_runner.types import Codes, Critic, Features, Turn

CRITIC = Critic(torch.nn.Identity())


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> float:
    scores = logits.detach().double().numpy()
    chosen = scores[np.arange(len(labels)), labels.numpy()]
    return float(np.mean(np.log(np.exp(scores).sum(1)) - chosen))


def turn(side: str, labels: torch.Tensor | None, latent: torch.Tensor, real: torch.Tensor, fake: torch.Tensor) -> Turn:
    nothing = torch.zeros(len(fake), 1)
    return Turn(nothing, nothing, latent, labels, side, Features(real, fake))  # type: ignore[arg-type]


def test_the_classifier_charges_the_discriminator_for_both_kinds_and_the_generator_for_its_own() -> None:
    torch.manual_seed(0)
    head = AuxiliaryClassifier(weight=0.5, fake_weight=0.25, generator_weight=0.1)
    head.join(6, 4, Codes(2))
    labels, (real, fake) = torch.tensor([0, 3, 1, 3, 2]), torch.randn(2, 5, 6)
    of_real, of_fake = (cross_entropy(head.classify(features), labels) for features in (real, fake))
    paid = {side: head(CRITIC, turn(side, labels, labels, real, fake)).item() for side in head.sides}
    assert paid["discriminator"] == pytest.approx(0.5 * (of_real + 0.25 * of_fake), rel=1e-5)
    assert paid["generator"] == pytest.approx(0.1 * of_fake, rel=1e-5)


def test_a_classifier_needs_classes_and_a_posterior_needs_codes() -> None:
    with pytest.raises(ValueError, match="got data with 0 labels; use labelled data"):
        AuxiliaryClassifier().join(6, 0, Codes(2))
    with pytest.raises(ValueError, match=r"without codes; use loss=infogan, "):
        MutualInformation().join(6, 0, Codes(2))


def test_the_surprise_is_that_of_the_codes_and_the_bound_the_entropy_less_it() -> None:
    torch.manual_seed(1)
    codes = Codes(3, (4, 2), 2)
    head = MutualInformation(weight=0.7, hidden=5)
    head.join(6, 0, codes)
    first, second = torch.randint(4, (9,)), torch.randint(2, (9,))
    numbers = torch.rand(9, 2) * 2 - 1
    latent = torch.cat([torch.randn(9, 3), F.one_hot(first, 4), F.one_hot(second, 2), numbers], 1)
    features = torch.randn(9, 6)
    term = head(CRITIC, turn("generator", None, latent, features, features))
    read = head.posterior(features)
    squares = (read[:, 6:] - numbers).double().square().sum(1).mean().item()
    surprise = cross_entropy(read[:, :4], first) + cross_entropy(read[:, 4:6], second)
    surprise += 0.5 * squares + math.log(2 * math.pi)
    assert term.item() == pytest.approx(0.7 * surprise, rel=1e-5)
    entropy = math.log(4) + math.log(2) + 2 * math.log(2)
    assert head.stats(term)["bound"].item() == pytest.approx(entropy - surprise, rel=1e-4, abs=1e-5)


def test_a_posterior_that_knows_the_code_reaches_its_entropy() -> None:
    head = MutualInformation()
    head.join(4, 0, Codes(1, (4,)))
    head.posterior = torch.nn.Identity()  # type: ignore[assignment]
    onehot = F.one_hot(torch.arange(8) % 4, 4).float()
    latent = torch.cat([torch.zeros(8, 1), onehot], 1)
    term = head(CRITIC, turn("discriminator", None, latent, onehot, 100 * onehot))
    assert head.stats(term)["bound"].item() == pytest.approx(math.log(4), abs=1e-5)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: AuxiliaryClassifier(weight=-1), "weight"),
        (lambda: AuxiliaryClassifier(fake_weight=-1), "fake_weight"),
        (lambda: AuxiliaryClassifier(generator_weight=math.inf), "generator_weight"),
        (lambda: MutualInformation(weight=math.nan), "weight"),
        (lambda: MutualInformation(hidden=0), "hidden"),
    ],
)
def test_settings_out_of_range_are_named(make: object, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}.* must be .* got"):
        make()  # type: ignore[operator]
