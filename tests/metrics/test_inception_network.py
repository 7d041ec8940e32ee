import hashlib
import io
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gan_runner.data import fake
from gan_runner.errors import UsageError
from gan_runner.metrics import inception, inception_network
from gan_runner.metrics.batches import batches_of
from gan_runner.metrics.inception import Inception
from gan_runner.metrics.inception_network import Extractor, load_extractor, read_weights
from gan_runner.types import Generated

fidelity = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3", reason="the extra metrics")

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weight file as torch-fidelity reads it, with random weights that keep the activations' size."""
    path = tmp_path_factory.mktemp("weights") / "random.pth"
    torch.save({}, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fidelity.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        torch.manual_seed(0)
        network = fidelity.FeatureExtractorInceptionV3("random", ["2048"], feature_extractor_weights_path=str(path))
    state = {name: weight * 6**0.5 if weight.dim() == 4 else weight for name, weight in network.state_dict().items()}
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def digest(weights: Path) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def noise(count: int, channels: int = 3, seed: int = 0) -> Tensor:
    return torch.rand(count, channels, 9, 9, generator=torch.Generator().manual_seed(seed)) * 2.4 - 1.2


def test_features_are_those_of_torch_fidelity_for_the_bytes_of_the_pictures(weights: Path, digest: str) -> None:
    theirs = fidelity.FeatureExtractorInceptionV3(
        "theirs", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(weights)
    )
    content, found = read_weights(weights, digest[:8])
    assert found == digest
    pictures = noise(4, channels=1)
    pixels = (pictures.double() * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    expected = theirs(torch.cat([pixels] * 3, dim=1))
    extractor = load_extractor(content, CPU, -1.0, 1.0)
    for ours, wanted in zip(extractor(pictures), expected, strict=True):
        assert ours.std(dim=0).max() > 1e-3  # four pictures, four answers
        torch.testing.assert_close(ours, wanted)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0)])
def test_real_pictures_come_back_to_the_bytes_they_were(low: float, high: float) -> None:
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    scaled = levels.float() / 255 * (high - low) + low
    assert torch.equal(Extractor(None, CPU, low, high).to_bytes(scaled), levels.expand(1, 3, 16, 16))


def test_many_pictures_are_looked_at_some_at_a_time_in_their_order() -> None:
    sizes = []

    def network(pixels: Tensor) -> tuple[Tensor, Tensor]:
        sizes.append(len(pixels))
        means = pixels.double().mean(dim=(2, 3))
        return means, 2 * means

    pictures = fake.load(channels=3, size=2, count=120)
    (batch,) = batches_of(pictures, torch.arange(120), CPU)
    features, logits = Extractor(network, CPU, -1.0, 1.0)(batch)
    assert sizes == [50, 50, 20]
    assert torch.equal(features, pictures.take(torch.arange(120)).double().mean(dim=(2, 3)))
    assert torch.equal(logits, 2 * features)


def test_without_a_file_the_sentence_says_which_one_where_and_what_else() -> None:
    with pytest.raises(UsageError) as caught:
        Inception().check(fake.load())
    message = str(caught.value)
    assert "\n" not in message
    for part in ("downloads nothing", "got metric.weights=null", "set metric.weights=FILE", "metric=classifier"):
        assert part in message
    assert "weights-inception-2015-12-05-6726825d.pth" in message
    assert inception_network.STANDARD in message
    assert len(inception_network.STANDARD) == 64
    assert inception_network.FILE.split("-")[-1] == f"{inception_network.STANDARD[:8]}.pth"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"metric.weights: .*none.pth: No such file or directory; allowed: a file"):
        Inception(weights=str(tmp_path / "none.pth")).check(fake.load())


def test_another_digest_is_refused_and_both_are_named(weights: Path, digest: str) -> None:
    with pytest.raises(UsageError, match=f"SHA-256 {digest}; wanted: {inception_network.STANDARD}; give the right"):
        Inception(weights=str(weights)).check(fake.load())
    Inception(weights=str(weights), sha256=digest[:12].upper()).check(fake.load())


def test_a_missing_package_says_how_to_get_it(weights: Path, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inception_network, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"not installed; use pip install 'gan-runner\[metrics\]'"):
        Inception(weights=str(weights), sha256=digest).check(fake.load())


class Attack:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def saved(value: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def test_files_that_hold_something_else_are_refused_and_run_no_code(tmp_path: Path) -> None:
    attack = Attack(tmp_path / "made")
    for content in (saved(attack), pickle.dumps(attack, protocol=2), saved({"weight": torch.ones(2)}), b"", b"text"):
        with pytest.raises(UsageError, match="no weights of torch-fidelity's Inception") as caught:
            load_extractor(content, CPU, -1.0, 1.0)
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
def test_a_whole_evaluation_agrees_with_the_definitions(
    weights: Path, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path))
    source = fake.load(channels=3, size=9, count=20)
    metric = Inception(weights=str(weights), sha256=digest, samples=16, neighbours=16)
    metric.check(source)
    metric.prepare(source, CPU)
    monkeypatch.setattr(inception, "_learn", lambda *_: pytest.fail("not cached"))
    metric.prepare(source, CPU)
    values = metric.evaluate([Generated(noise(10)), Generated(noise(6, seed=1))])
    extractor = load_extractor(weights.read_bytes(), CPU, -1.0, 1.0)
    fakes = extractor(torch.cat([noise(10), noise(6, seed=1)]))[0].double()
    reals = extractor(source.normalize(source.take(torch.arange(20))))[0].double()
    # Fewer pictures than features: the trace of the root is the nuclear norm of a small matrix.
    centred = [(kind - kind.mean(dim=0)) / (len(kind) - 1) ** 0.5 for kind in (reals, fakes)]
    cross = torch.linalg.svdvals(centred[0] @ centred[1].T).sum()
    traces = sum(kind.square().sum() for kind in centred)
    expected = (reals.mean(dim=0) - fakes.mean(dim=0)).square().sum() + traces - 2 * cross
    assert values["fid"] == pytest.approx(float(expected), rel=1e-6)
    assert values.keys() == metric.directions.keys()
